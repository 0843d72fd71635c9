/** One connection's worth of watching: who the node is, its heads, its state. Ends by throwing what went wrong. */
import type { Bodies, Kind, UnixMs } from '@netstats/protocol'
import { channel } from '@netstats/sdk'
import type { Channel, ComponentContext, SourceContext } from '@netstats/sdk'
import type { ChainView } from './chain-view.ts'
import type { EthereumConfig } from './config.ts'
import { tellDetails } from './details.ts'
import type { DetailsState } from './details.ts'
import { followHeads, readNotice } from './follow-heads.ts'
import type { HeadCue } from './follow-heads.ts'
import type { Headers } from './headers.ts'
import type { Health } from './health.ts'
import { isOtherChain, mergeIdentity, networkOf, readIdentity, sameIdentity } from './identity.ts'
import type { Identity } from './identity.ts'
import type { NodeClient } from './node-client.ts'
import type { OptionalMethods } from './optional-methods.ts'
import type { PushTrust } from './push-trust.ts'
import { readDetails } from './read-details.ts'
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
  readonly lower: { looks: number }
  readonly details: DetailsState
  readonly headers: Headers
  /** Why the newest block could not be read, while none can. */
  fault: { readonly message: string } | undefined
  /** When the identity was last looked at, and whether the last session ended because it asked too much. */
  identifiedAt: number
  limited: boolean
}

/** Head notices that may wait; what overflows is found again as a gap. */
const maxCues = 64
/** An unchanged number of pending transactions is repeated so often, for sinks that forget old ones. */
const repeatPendingMs = 30_000

export interface Cues {
  readonly channel: Channel<HeadCue>
  /** Takes a notice as it came over the wire. */
  readonly notice: (result: unknown) => void
}

export const createCues = (context: Pick<ComponentContext, 'clock' | 'count'>): Cues => {
  const cues = channel<HeadCue>({
    capacity: maxCues,
    overflow: 'drop-oldest',
    onDrop: () => context.count('notices_dropped'),
  })
  return {
    channel: cues,
    notice: (result) => {
      const hash = readNotice(result)
      if (!hash) return context.count('notices_invalid')
      cues.trySend({ hash, at: context.clock.now() })
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
  /** What is known of how it goes with the node has changed. */
  readonly onHealth: () => void
  /** The endpoint has asked for fewer calls lately. */
  readonly isLimited: () => boolean
  readonly trust: PushTrust
  /** How the endpoint is shown, and what takes its secrets out of a text. */
  readonly label: string
  readonly redact: (text: string) => string
  /** The endpoint is of another network: true where another endpoint is taken for that. */
  readonly leave: () => boolean
  /** Ends when another endpoint is taken in place of this one. */
  readonly watchOthers: (signal: AbortSignal) => Promise<void>
}

export const runSession = async (options: SessionOptions, { signal }: { signal: AbortSignal }): Promise<void> => {
  const { config, context, client, state, cues, emit } = options
  // A session that ended for asking too much does not begin by asking who the node is again.
  const isFresh = context.clock.monotonic() - state.identifiedAt < config.identityInterval
  if (!(state.limited && isFresh)) await identify(options, signal)
  state.limited = false
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
            trust: options.trust,
            backfill: config.backfill,
            pollMs: () => config.pollInterval * state.health.pace(),
            isSyncing: () => state.syncing,
            isLimited: options.isLimited,
            lower: state.lower,
            count: (name, labels, by) => context.count(name, labels, by),
            checkIdentity: (at) => identify(options, at.signal),
            onBlock: async (block, at) => {
              await emit('block', block, at)
              const header = state.headers.take(block.hash)
              if (header !== undefined) await emit('header', header, at)
            },
            onReorg: (event, at) => emit('head-event', event, at),
            onReadable: (fault) => {
              const wasReadable = state.fault === undefined
              state.fault = fault && { message: options.redact(fault.message).replace(/\.$/, '') }
              if (fault || !wasReadable) options.onHealth()
            },
          },
          inner,
        ),
      (inner) => pollStats(options, inner.signal),
      (inner) => pollIdentity(options, inner.signal),
      (inner) => pollDetails(options, inner.signal),
      (inner) => untilEnded(client, options.trust, inner.signal),
      (inner) => options.watchOthers(inner.signal),
    ],
    { signal },
  )
}

/** Looks who answers. Another network behind the same endpoint means that nothing known of the chain counts. */
const identify = async (options: SessionOptions, signal: AbortSignal): Promise<void> => {
  const { client, context, state } = options
  const old = state.identity
  const found = await readIdentity(client, { signal })
  state.identifiedAt = context.clock.monotonic()
  if (found.odd) context.count('genesis_invalid')
  if (old && isOtherChain(old, found)) {
    // One answer of a gateway that mixes up its nodes is no move; a network that is another one says so twice.
    const again = await readIdentity(client, { signal })
    if (isOtherChain(found, again) || !isOtherChain(old, again)) return context.count('identity_contradictions')
    if (options.leave()) {
      context.count('endpoints_of_another_chain')
      throw new RpcError('RPC_ANSWER_INVALID', `${options.label} is on another network: ${chainOf(found)}.`)
    }
    context.count('chain_switches')
    context.log.warn({ from: chainOf(old), to: chainOf(found) }, 'the node is on another network than before')
    state.view.forget()
    state.details.peers = undefined
    state.pending = undefined
  }
  const now = mergeIdentity(old, found)
  if (old?.client !== now.client) state.methods.forget()
  if (sameIdentity(old, now)) return
  state.identity = now
  const { client: software, genesis } = now
  const network = networkOf(now)
  context.log.info(
    { client: software, network, genesis },
    old ? 'the node is another one than before' : 'watches the node',
  )
  await options.sendInfo()
}

const chainOf = (identity: Identity): string =>
  `${networkOf(identity) ?? 'unknown'} (genesis ${identity.genesis ?? 'unknown'})`

const pollIdentity = async (options: SessionOptions, signal: AbortSignal): Promise<void> => {
  const { config, context, state } = options
  for (;;) {
    await context.clock.sleep(config.identityInterval * state.health.pace(), { signal })
    await identify(options, signal)
  }
}

/** A chain without finality is asked again for it only so often, in looks. */
const tagsEvery = 30

const pollDetails = async (options: SessionOptions, signal: AbortSignal): Promise<void> => {
  const { client, config, context, emit, state } = options
  const { clock } = context
  for (let look = 0, untagged = 0; ; look++) {
    await clock.sleep(Math.max(config.detailInterval * state.health.pace(), context.paceMs()), { signal })
    // They are the least that a node which asks for fewer calls is asked for.
    if (options.isLimited()) continue
    const tags = untagged === 0 || look >= untagged + tagsEvery
    const details = await readDetails(client, state.methods, { signal, tags })
    if (tags) untagged = details.finalized === undefined && details.safe === undefined ? Math.max(look, 1) : 0
    const { metrics, logs } = tellDetails(state.details, details, state.identity?.genesis)
    for (const body of metrics) await emit('metric', body, clock.now())
    for (const body of logs) await emit('log', body, clock.now())
  }
}

const pollStats = async (options: SessionOptions, signal: AbortSignal): Promise<void> => {
  const { client, config, context, emit, state } = options
  const { clock } = context
  for (;;) {
    const round = await readStats(client, state.methods, { signal })
    state.syncing = round.stats.syncing === true
    options.onHit()
    await emit('node-stats', { ...round.stats, uptime: state.health.uptime() }, clock.now())
    await sendPending(round.pending, options)

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

const untilEnded = (client: NodeClient, trust: PushTrust, signal: AbortSignal): Promise<void> =>
  new Promise((resolve, reject) => {
    if (signal.aborted) resolve()
    signal.addEventListener('abort', () => resolve(), { once: true })
    void client.ended.then((error) => {
      if (!signal.aborted) trust.closed()
      reject(error)
    })
  })
