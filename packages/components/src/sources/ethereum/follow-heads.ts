/** Follows the head of a node's chain: by notices where it pushes them, by asking where it does not. */
import type { Block, HeadEvent, UnixMs } from '@netstats/protocol'
import type { Channel, Clock, Logger } from '@netstats/sdk'
import type { ChainView } from './chain-view.ts'
import { withSealers } from './clique-sealer.ts'
import { completeChain } from './complete-chain.ts'
import type { NodeClient } from './node-client.ts'
import type { OptionalMethods } from './optional-methods.ts'
import { RpcError } from './rpc/errors.ts'
import { tryHash, tryRecord } from './values.ts'
import type { Hash } from '@netstats/protocol'

/** A reason to look at the head: the node named one, or somebody noticed that ours is old. */
export type HeadCue = { readonly type: 'notice'; readonly hash: Hash; readonly at: UnixMs } | { readonly type: 'look' }

export interface FollowOptions {
  readonly client: NodeClient
  readonly view: ChainView
  readonly methods: OptionalMethods
  readonly clock: Clock
  readonly log: Logger
  readonly cues: Channel<HeadCue>
  /** Most blocks fetched at once to close a gap. */
  readonly backfill: number
  /** Time between two questions for the head, as it is now: longer for a node that asks for fewer. */
  readonly pollMs: () => number
  readonly isSyncing: () => boolean
  readonly count: (name: string, labels?: Readonly<Record<string, string>>, by?: number) => void
  /** Makes sure that a head which does not continue ours belongs to the same network. */
  readonly checkIdentity: (options: { signal: AbortSignal }) => Promise<void>
  readonly onBlock: (block: Block, at: UnixMs, options: { signal: AbortSignal }) => Promise<void>
  readonly onReorg: (event: HeadEvent, at: UnixMs, options: { signal: AbortSignal }) => Promise<void>
}

const maxEventRefs = 1000
/** A node may name a block a moment before it can give it. */
const againAfterMs = 250

/** The hash of a head notice; undefined where it is none. */
export const readNotice = (result: unknown): Hash | undefined => tryHash(tryRecord(result)?.['hash'])

export const followHeads = async (options: FollowOptions, { signal }: { signal: AbortSignal }): Promise<void> => {
  const { client, clock, cues, log } = options
  const subscribed = client.pushes && (await client.subscribeHeads({ signal }))
  log.debug({ subscribed }, subscribed ? 'following heads by subscription' : 'following heads by polling')
  await look(options, signal)
  if (!subscribed) return pollHeads(options, signal)
  for await (const cue of cues.values({ signal })) {
    if (cue.type === 'look') {
      await look(options, signal)
      continue
    }
    await takeNotice(cue, options, signal)
    // A node that catches up names many heads a second: the newest is enough, and not more than one per poll interval.
    if (options.isSyncing()) {
      await clock.sleep(options.pollMs(), { signal })
      while (cues.size() > 1) await cues.receive({ signal })
    }
  }
}

const takeNotice = async (cue: HeadCue & { type: 'notice' }, options: FollowOptions, signal: AbortSignal) => {
  const { client, clock, view, count } = options
  const head = view.head()
  if (head?.hash === cue.hash) return
  const fetch = (): Promise<Block | undefined> => unlessGarbled(count, () => client.byHash(cue.hash, { signal }))
  let block = await fetch()
  if (!block) {
    await clock.sleep(againAfterMs, { signal })
    block = await fetch()
  }
  if (block) await advance(block, cue.at, options, signal)
}

const pollHeads = async (options: FollowOptions, signal: AbortSignal): Promise<void> => {
  for (;;) {
    await options.clock.sleep(options.pollMs(), { signal })
    const number = await options.client.blockNumber({ signal })
    if (number !== options.view.head()?.number) await look(options, signal)
  }
}

/** Asks for the newest block and takes it. */
const look = async (options: FollowOptions, signal: AbortSignal): Promise<void> => {
  const block = await unlessGarbled(options.count, () => options.client.latest({ signal }))
  if (block) await advance(block, options.clock.now(), options, signal)
}

const unlessGarbled = async (count: FollowOptions['count'], ask: () => Promise<Block | undefined>) => {
  try {
    return await ask()
  } catch (error) {
    if (!(error instanceof RpcError) || error.code !== 'RPC_ANSWER_INVALID') throw error
    count('blocks_invalid')
    return undefined
  }
}

const advance = async (block: Block, at: UnixMs, options: FollowOptions, signal: AbortSignal): Promise<void> => {
  const { client, view, count } = options
  const old = view.head()
  if (old?.hash === block.hash) return
  // Not simply higher: a fork, a chain wound back, or another chain behind the same endpoint.
  if (old && block.number <= old.number) await options.checkIdentity({ signal })

  const limit = options.isSyncing() ? 0 : options.backfill
  const linked = await completeChain(block, view, client, { limit, signal })
  // Before they count as known: what fails here is asked for again by the next session.
  const chain = await withSealers(linked, client, options.methods, { signal })
  const skipped = (chain[0]?.number ?? 0) - (view.head()?.number ?? Infinity) - 1
  if (skipped > 0) count('blocks_skipped', {}, skipped)

  const { fresh, removed, added } = view.adopt(chain)
  if (removed.length > 0) {
    count('reorgs')
    const event = { type: 'reorg', added: added.slice(-maxEventRefs), removed: removed.slice(-maxEventRefs) }
    await options.onReorg(event, at, { signal })
  }
  for (const one of fresh) {
    count('blocks', { how: one.historical ? 'backfilled' : 'live' })
    await options.onBlock(one, at, { signal })
  }
}
