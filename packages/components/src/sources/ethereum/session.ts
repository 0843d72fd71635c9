/** One connection's worth of watching: who the node is, its heads, its state. Ends by throwing what went wrong. */
import type { Bodies, Kind, UnixMs } from '@netstats/protocol'
import { channel } from '@netstats/sdk'
import type { Channel, ComponentContext, SourceContext } from '@netstats/sdk'
import type { ChainView } from './chain-view.ts'
import type { EthereumConfig } from './config.ts'
import { followHeads, readNotice } from './follow-heads.ts'
import type { HeadCue } from './follow-heads.ts'
import type { Health } from './health.ts'
import { isOtherChain, mergeIdentity, readIdentity, sameIdentity } from './identity.ts'
import type { Identity } from './identity.ts'
import type { NodeClient } from './node-client.ts'
import type { OptionalMethods } from './optional-methods.ts'
import { readStats } from './read-stats.ts'
import { RpcError } from './rpc/errors.ts'
import { together } from './together.ts'

export type Emit = <K extends Kind>(kind: K, body: Bodies[K], at: UnixMs) => Promise<void>

/** What outlives a connection. */
export interface NodeState {
  readonly view: ChainView
  readonly health: Health
  readonly methods: OptionalMethods
  identity: Identity | undefined
  syncing: boolean
  pending: { readonly count: number; readonly at: number } | undefined
}

/** Head notices that may wait; what overflows is found again as a gap. */
const maxCues = 64
/** An unchanged number of pending transactions is repeated so often, for sinks that forget old ones. */
const repeatPendingMs = 30_000
/** Stats rounds without a notice, while the height moved, until the head is looked up, and until the session ends. */
const silentUntilLook = 2
const silentUntilEnd = 6

export interface Cues {
  readonly channel: Channel<HeadCue>
  /** Takes a notice as it came over the wire. */
  readonly notice: (result: unknown) => void
  /** Notices so far. */
  readonly noticed: () => number
}

export const createCues = (context: Pick<ComponentContext, 'clock' | 'count'>): Cues => {
  let noticed = 0
  const cues = channel<HeadCue>({
    capacity: maxCues,
    overflow: 'drop-oldest',
    onDrop: () => context.count('notices_dropped'),
  })
  return {
    channel: cues,
    noticed: () => noticed,
    notice: (result) => {
      const hash = readNotice(result)
      if (!hash) return context.count('notices_invalid')
      noticed++
      cues.trySend({ type: 'notice', hash, at: context.clock.now() })
    },
  }
}

export interface SessionOptions {
  readonly config: EthereumConfig
  readonly context: SourceContext
  readonly client: NodeClient
  readonly state: NodeState
  readonly cues: Cues
  readonly emit: Emit
  readonly sendInfo: () => Promise<void>
  /** The node answered a round of questions. */
  readonly onHit: () => void
}

export const runSession = async (options: SessionOptions, { signal }: { signal: AbortSignal }): Promise<void> => {
  const { config, context, client, state, cues, emit } = options
  await identify(options, signal)
  await together(
    [
      (inner) =>
        followHeads(
          {
            client,
            view: state.view,
            methods: state.methods,
            clock: context.clock,
            log: context.log,
            cues: cues.channel,
            backfill: config.backfill,
            pollMs: () => config.pollInterval * state.health.pace(),
            isSyncing: () => state.syncing,
            count: (name, labels, by) => context.count(name, labels, by),
            checkIdentity: (at) => identify(options, at.signal),
            onBlock: (block, at) => emit('block', block, at),
            onReorg: (event, at) => emit('head-event', event, at),
          },
          inner,
        ),
      (inner) => pollStats(options, inner.signal),
      (inner) => pollIdentity(options, inner.signal),
      (inner) => untilEnded(client, inner.signal),
    ],
    { signal },
  )
}

/** Looks who answers. Another network behind the same endpoint means that nothing known of the chain counts. */
const identify = async (options: SessionOptions, signal: AbortSignal): Promise<void> => {
  const { client, context, state } = options
  const old = state.identity
  const found = await readIdentity(client, { signal })
  if (old && isOtherChain(old, found)) {
    context.count('chain_switches')
    context.log.warn({ from: chainOf(old), to: chainOf(found) }, 'the node is on another network than before')
    state.view.forget()
    state.pending = undefined
  }
  const now = mergeIdentity(old, found)
  if (old?.client !== now.client) state.methods.forget()
  if (sameIdentity(old, now)) return
  state.identity = now
  const { client: software, networkId: network, genesis } = now
  context.log.info(
    { client: software, network, genesis },
    old ? 'the node is another one than before' : 'watches the node',
  )
  await options.sendInfo()
}

const chainOf = ({ networkId, genesis }: Identity): string =>
  `${networkId ?? 'unknown'} (genesis ${genesis ?? 'unknown'})`

const pollIdentity = async (options: SessionOptions, signal: AbortSignal): Promise<void> => {
  const { config, context, state } = options
  for (;;) {
    await context.clock.sleep(config.identityInterval * state.health.pace(), { signal })
    await identify(options, signal)
  }
}

const pollStats = async (options: SessionOptions, signal: AbortSignal): Promise<void> => {
  const { client, config, context, cues, emit, state } = options
  const { clock } = context
  let noticedBefore = 0
  let silent = 0
  for (;;) {
    const round = await readStats(client, state.methods, { signal })
    state.syncing = round.stats.syncing === true
    options.onHit()
    await emit('node-stats', { ...round.stats, uptime: state.health.uptime() }, clock.now())
    await sendPending(round.pending, options)

    // A subscription can die without a word: the height moves on and no notice comes.
    if (cues.noticed() !== noticedBefore) silent = 0
    else if (round.blockNumber !== state.view.head()?.number) silent++
    noticedBefore = cues.noticed()
    if (silent >= silentUntilEnd && client.pushes)
      throw new RpcError('RPC_CLOSED', 'The node stopped telling its new heads.')
    if (silent >= silentUntilLook) cues.channel.trySend({ type: 'look' })
    await clock.sleep(Math.max(config.statsInterval * state.health.pace(), context.paceMs()), { signal })
  }
}

const sendPending = async (count: number | undefined, { context, emit, state }: SessionOptions): Promise<void> => {
  if (count === undefined) return
  const at = context.clock.monotonic()
  const known = state.pending
  if (known?.count === count && at - known.at < repeatPendingMs) return
  state.pending = { count, at }
  await emit('pending', { pending: count }, context.clock.now())
}

const untilEnded = (client: NodeClient, signal: AbortSignal): Promise<void> =>
  new Promise((resolve, reject) => {
    if (signal.aborted) resolve()
    signal.addEventListener('abort', () => resolve(), { once: true })
    void client.ended.then(reject)
  })
