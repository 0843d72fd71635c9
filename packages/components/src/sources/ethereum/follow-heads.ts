/**
 * Follows the head of a node's chain: by notices where it pushes them, by asking where it does not, or has stopped to.
 *
 *            a notice that leads to a new head
 *         ┌────────────────────────────────────┐
 *         ▼                                    │
 *       pushed ── no notice for one and a ──▶ polled ── each minute ──▶ subscribe again
 *         │        half block times, but        ▲
 *         │        the height moved             │
 *         └──────────── not subscribed ─────────┘
 */
import type { Block, Hash, UnixMs } from '@netstats/protocol'
import { fieldsOf, hash } from '@netstats/protocol/loose'
import type { Channel, Clock, Logger } from '@netstats/sdk'
import { takeHead } from './heads.ts'
import type { HeadsOptions } from './heads.ts'
import type { PushTrust } from './push-trust.ts'
import { BlockError } from './read-block.ts'

/** The node named a head. */
export interface HeadCue {
  readonly hash: Hash
  readonly at: UnixMs
}

export interface FollowOptions extends HeadsOptions {
  readonly clock: Clock
  readonly log: Logger
  readonly cues: Channel<HeadCue>
  readonly trust: PushTrust
  /** Time between two questions for the head, as it is now: longer for a node that asks for fewer. */
  readonly pollMs: () => number
  /** The newest block could be read, or could not, and why. */
  readonly onReadable: (fault: BlockError | undefined) => void
}

/** Waits before a block is asked for again that was named and is not there: a balancer's other nodes get it soon. */
const againAfterMs = [100, 250, 500, 1000, 2000]
/** Looks at a node that pushes its heads are no rarer than this, however rare its blocks are. */
const maxQuietMs = 5000
const quietBlockTimes = 1.5
const subscribeAgainMs = 60_000

/** The hash of a head notice; undefined where it is none. */
export const readNotice = (result: unknown): Hash | undefined => hash(fieldsOf(result)?.['hash'])

export const followHeads = async (options: FollowOptions, { signal }: { signal: AbortSignal }): Promise<void> => {
  const { client, clock, cues, log, trust } = options
  const subscribe = (): Promise<string | undefined> => {
    trust.subscribed()
    return client.subscribeHeads({ signal })
  }
  let withheld = client.pushes && !trust.allowed()
  let subscription = client.pushes && !withheld ? await subscribe() : undefined
  log.debug({ subscribed: subscription !== undefined }, 'following heads')
  let wanted: (HeadCue & { tries: number }) | undefined
  const tempo = createTempo(options)
  await look(options, tempo, signal)
  while (!signal.aborted) {
    const waitMs = wanted ? (againAfterMs[wanted.tries - 1] ?? 0) : tempo.waitMs(subscription !== undefined)
    const cue = await receiveWithin(cues, clock, waitMs, signal)
    if (signal.aborted) return
    if (cue !== undefined) {
      wanted = { ...cue, tries: 0 }
      tempo.noticed(cue.hash)
    }
    if (wanted === undefined) {
      if (await pollHead(options, tempo, signal)) tempo.pushed = false
      if (subscription !== undefined && tempo.isTimeToSubscribe()) {
        await client.unsubscribe(subscription, { signal })
        subscription = await subscribe()
      } else if (withheld && trust.allowed()) {
        withheld = false
        subscription = await subscribe()
      }
      continue
    }
    if (await takeNotice(wanted, options, tempo, signal)) {
      wanted = undefined
      // A node that catches up names many heads a second: the newest is enough, and not more than one per poll interval.
      if (options.isSyncing()) {
        await clock.sleep(options.pollMs(), { signal })
        while (cues.size() > 1) await cues.receive({ signal })
      }
    } else if (++wanted.tries > againAfterMs.length) wanted = undefined
  }
}

/** How fast heads come, and whether they are told or have to be asked for. */
interface Tempo {
  pushed: boolean
  took(block: Block, polled: boolean): void
  /** A notice came. That of the head which asking had found just before shows that the subscription lives. */
  noticed(hash: Hash): void
  waitMs(subscribed: boolean): number
  isTimeToSubscribe(): boolean
}

const createTempo = ({ clock, pollMs, view }: FollowOptions): Tempo => {
  let newest: Block | undefined
  let newestPolled = false
  let intervalMs: number | undefined
  let subscribedAt = clock.monotonic()
  const tempo: Tempo = {
    pushed: true,
    took: (block, polled) => {
      const blocks = block.number - (newest?.number ?? Infinity)
      if (newest !== undefined && blocks > 0)
        intervalMs = Math.max(0, ((block.timestamp - newest.timestamp) * 1000) / blocks)
      newest = block
      newestPolled = polled
      if (!polled) tempo.pushed = true
    },
    noticed: (named) => {
      if (newestPolled && view.head()?.hash === named) tempo.pushed = true
    },
    waitMs: (subscribed) => {
      if (!subscribed || !tempo.pushed || intervalMs === undefined) return pollMs()
      return Math.max(pollMs(), Math.min(intervalMs * quietBlockTimes, maxQuietMs))
    },
    isTimeToSubscribe: () => {
      if (tempo.pushed || clock.monotonic() - subscribedAt < subscribeAgainMs) return false
      subscribedAt = clock.monotonic()
      return true
    },
  }
  return tempo
}

/** Whether there is nothing left to wait for of this notice. */
const takeNotice = async (
  { hash: named, at, tries }: HeadCue & { readonly tries: number },
  options: FollowOptions,
  tempo: Tempo,
  signal: AbortSignal,
): Promise<boolean> => {
  if (options.view.head()?.hash === named) return true
  const asked = await readable(options, () => options.client.byHash(named, { signal }))
  if (asked === unreadable) return true
  if (asked !== undefined) {
    if (await takeHead({ block: asked, at, polled: false }, options, signal)) tempo.took(asked, false)
    return true
  }
  // The node that answers now may have another new head, and not this one yet.
  if (tries > 0) await look(options, tempo, signal)
  return options.view.head()?.hash === named
}

/** Whether the height was found to have moved on. */
const pollHead = async (options: FollowOptions, tempo: Tempo, signal: AbortSignal): Promise<boolean> => {
  const number = await options.client.blockNumber({ signal })
  return number !== options.view.head()?.number && (await look(options, tempo, signal))
}

/** Asks for the newest block and takes it; true where it is a new head. */
const look = async (options: FollowOptions, tempo: Tempo, signal: AbortSignal): Promise<boolean> => {
  const block = await readable(options, () => options.client.latest({ signal }))
  if (block === undefined || block === unreadable) return false
  const isNew = await takeHead({ block, at: options.clock.now(), polled: true }, options, signal)
  if (isNew) tempo.took(block, true)
  return isNew
}

const unreadable = Symbol('a block that cannot be read')

const readable = async (options: FollowOptions, ask: () => Promise<Block | undefined>) => {
  try {
    const block = await ask()
    if (block !== undefined) options.onReadable(undefined)
    return block
  } catch (error) {
    if (!(error instanceof BlockError)) throw error
    options.count('blocks_invalid', { field: error.field })
    options.onReadable(error)
    return unreadable
  }
}

/** The next cue, or undefined when none comes in time. */
const receiveWithin = async (
  cues: Channel<HeadCue>,
  clock: Clock,
  ms: number,
  signal: AbortSignal,
): Promise<HeadCue | undefined> => {
  const late = new AbortController()
  const either = AbortSignal.any([signal, late.signal])
  const timer = clock.sleep(ms, { signal: either }).then(
    () => late.abort(),
    () => undefined,
  )
  const cue = await cues.receive({ signal: either })
  late.abort()
  await timer
  return cue
}
