/**
 * One node, watched for as long as it takes. A session is one connection; whatever ends it, the next one goes on with
 * what is known of the chain. Only the signal ends the source.
 *
 *   open → identify → (heads ∥ stats ∥ identity) → failure → wait → open …
 */
import type { Block, BlockNumber, Observation, ObservationOf, UnixMs } from '@netstats/protocol'
import type { Bodies, Kind } from '@netstats/protocol'
import { channel, createBackoff } from '@netstats/sdk'
import type { Source, SourceContext } from '@netstats/sdk'
import { reporter } from '../../version.ts'
import { createChainView } from './chain-view.ts'
import { withSealers } from './clique-sealer.ts'
import type { EthereumConfig } from './config.ts'
import { endpointsOf } from './endpoints.ts'
import type { Endpoint } from './endpoints.ts'
import { createHeaders, headerIn } from './headers.ts'
import { createHealth } from './health.ts'
import { toNodeInfo } from './identity.ts'
import { createNodeClient } from './node-client.ts'
import type { NodeClient } from './node-client.ts'
import { considerate } from './rpc/considerate.ts'
import { RpcError } from './rpc/errors.ts'
import { openConnection } from './rpc/open.ts'
import type { RpcConnection } from './rpc/connection.ts'
import { createCues, runSession } from './session.ts'
import type { Emit, NodeState } from './session.ts'
import { createOptionalMethods } from './optional-methods.ts'
import type { OptionalMethods } from './optional-methods.ts'
import { troubleOf } from './trouble.ts'
import { watchOthers } from './watch-others.ts'

/** Observations on their way to the host; a host that does not take them slows the source down. */
const outbound = 256
const maxHistory = 100

// oxlint-disable-next-line max-lines-per-function -- the tasks of one source watch the same node and say the same of it
export const openEthereumSource = async (config: EthereumConfig, context: SourceContext): Promise<Source> => {
  const { clock, log } = context
  const disposed = new AbortController()
  const endpoints = endpointsOf(config, clock)
  let current: NodeClient | undefined
  const count = (name: string): void => context.count(name)

  const state: NodeState = {
    view: createChainView(),
    health: createHealth(clock),
    methods: createOptionalMethods(clock),
    identity: undefined,
    syncing: false,
    pending: undefined,
    lower: { looks: 0 },
    details: { peers: undefined, config: undefined },
    headers: createHeaders(config, count),
    fault: undefined,
    identifiedAt: -Infinity,
    limited: false,
  }
  const unread = new Set<string>()
  let statsAt = -Infinity
  let informed = false

  const connect = async (
    { url, label, allowance, headers }: Endpoint,
    onNotice: (result: unknown) => void,
    signal: AbortSignal,
  ): Promise<RpcConnection> => {
    const connection = await openConnection(url, {
      clock,
      label,
      signal,
      timeoutMs: config.timeout,
      maxAnswerBytes: config.maxAnswer,
      headers,
      onNotice,
    })
    return considerate(connection, { clock, allowance, label })
  }

  /** A field of blocks that is there and cannot be used is counted each time, and told once. */
  const onUnread = (fields: readonly string[]): void => {
    for (const field of fields) {
      context.count('block_fields_unread', { field })
      if (unread.has(field)) continue
      unread.add(field)
      log.warn({ field }, "a field of the node's blocks cannot be read, and is shown as not known")
    }
  }

  /** A node that does not answer has said so already; the next round it answers says how it is. */
  const tellHealth = (): void => {
    if (state.health.inactive()) return
    if (state.fault === undefined) context.status.ok()
    else context.status.degraded(`None of its blocks can be read: ${state.fault.message}`)
  }

  const sendInfo = (emit: Emit): Promise<void> => {
    informed = true
    const self = { name: config.node, contact: config.contact, reporter }
    return emit('node-info', toNodeInfo(state.identity, self), clock.now())
  }

  /** Tells the state of a node that does not answer, as often as that of one that does. */
  const afterFailure = async (failure: RpcError, { label, redact }: Endpoint, emit: Emit): Promise<void> => {
    const error = new RpcError(failure.code, redact(failure.message))
    const limited = error.code === 'RPC_RATE_LIMITED'
    state.limited = limited
    const wasInactive = state.health.inactive()
    if (limited) state.health.limited()
    else state.health.miss()
    context.count('failures', { code: error.code })
    const inactive = state.health.inactive()
    // The host logs a change of status, so the failure itself is for those who look closer.
    log.debug({ error, endpoint: label }, 'a session with the node ended')
    if (limited || inactive) context.status.degraded(troubleOf(error))
    // The first observation says who is meant, whether or not the node could be asked.
    if (!informed) await sendInfo(emit)
    if (!limited && !inactive) return
    if (wasInactive === inactive && clock.monotonic() - statsAt < Math.max(config.statsInterval, context.paceMs()))
      return
    statsAt = clock.monotonic()
    await emit('node-stats', { active: !inactive, uptime: state.health.uptime() }, clock.now())
  }

  const run = async (emit: Emit, signal: AbortSignal): Promise<void> => {
    // A node that answered for a while and then falls silent is asked again soon: whether it is gone must show soon.
    const backoff = createBackoff({ clock, firstMs: 1000, maxMs: 15_000, minMs: 100, healthyAfterMs: 5000 })
    const session = async (): Promise<void> => {
      const cues = createCues(context)
      const endpoint = endpoints.current()
      await using connection = await connect(endpoint, cues.notice, signal)
      const client = createNodeClient(connection, { onUnread, onRaw: (block) => state.headers.note(block) })
      current = createNodeClient(connection, { onUnread })
      const onHit = (): void => {
        state.health.hit()
        statsAt = clock.monotonic()
        tellHealth()
        endpoints.worked()
        backoff.working()
      }
      await runSession(
        {
          config,
          context,
          client,
          state,
          cues,
          emit,
          sendInfo: () => sendInfo(emit),
          onHit,
          onHealth: tellHealth,
          isLimited: () => endpoint.allowance.isLimited(),
          trust: endpoint.trust,
          label: endpoint.label,
          redact: endpoint.redact,
          leave: () => endpoints.exclude(),
          watchOthers: (inner) =>
            watchOthers(
              { endpoints, state, clock, connect: (other, at) => connect(other, () => undefined, at) },
              inner,
            ),
        },
        { signal },
      )
      signal.throwIfAborted()
      const { label } = endpoints.current()
      if (endpoints.current() === endpoint) throw new RpcError('RPC_CLOSED', `The session with ${label} ended.`)
      log.info({ endpoint: label, before: endpoint.label }, 'another endpoint is ahead and watched instead')
    }
    while (!signal.aborted) {
      const tried = endpoints.current()
      try {
        await session()
      } catch (error) {
        if (signal.aborted) return
        // Bugs are no weather: what is no failure of the connection goes to the host.
        if (!(error instanceof RpcError)) throw error
        await afterFailure(error, tried, emit)
        if (tried === endpoints.current() && endpoints.failed()) {
          const reason = tried.redact(error.message)
          log.warn({ reason, endpoint: tried.label, next: endpoints.current().label }, 'another endpoint is tried')
          continue
        }
        await clock.sleep(Math.max(backoff.next(), error.retryAfterMs ?? 0), { signal })
      } finally {
        current = undefined
      }
    }
  }

  /** Asks the node for the past over the connection there is, or over one of its own; a node that is away has none. */
  const askPast = async <T>(
    numbers: readonly BlockNumber[],
    { signal }: { signal: AbortSignal },
    ask: (client: NodeClient, asked: readonly BlockNumber[], signal: AbortSignal) => Promise<readonly T[]>,
  ): Promise<readonly T[]> => {
    const asked = [...new Set(numbers)].sort((a, b) => a - b).slice(-maxHistory)
    try {
      if (current) return await ask(current, asked, signal)
      await using connection = await connect(endpoints.current(), () => undefined, signal)
      return await ask(createNodeClient(connection, { onUnread }), asked, signal)
    } catch (error) {
      if (signal.aborted || !(error instanceof RpcError)) throw error
      return []
    }
  }

  return {
    node: config.node,
    async *observe({ signal }) {
      const own = AbortSignal.any([signal, disposed.signal])
      const stop = new AbortController()
      const inner = AbortSignal.any([own, stop.signal])
      const out = channel<Observation>({ capacity: outbound, overflow: 'block' })
      const emit: Emit = async (kind, body, at) => {
        await out.send(observation(config.node, kind, body, at), { signal: inner })
      }
      const work = run(emit, inner)
        .catch((error: unknown) => {
          if (!inner.aborted) throw error
        })
        .finally(() => out.close())
      try {
        yield* out.values({ signal: own })
      } finally {
        stop.abort()
        await work
      }
    },
    blocks: (numbers, options) =>
      askPast(numbers, options, (client, asked, signal) => readHistory(client, state.methods, asked, signal)),
    headers: (numbers, options) =>
      askPast(numbers, options, async (client, asked, signal) => {
        // Who has had enough of our calls is not asked for the past as well.
        if (config.blockHeaders === 'never' || endpoints.current().allowance.isLimited()) return []
        const blocks = await client.rawByNumbers(asked, { signal })
        return blocks.flatMap((one) => headerIn(one, config.blockHeaders, count) ?? [])
      }),
    [Symbol.asyncDispose]: async () => disposed.abort(new RpcError('RPC_CLOSED', 'The source was closed.')),
  }
}

const readHistory = async (
  client: NodeClient,
  methods: OptionalMethods,
  numbers: readonly BlockNumber[],
  signal: AbortSignal,
): Promise<readonly Block[]> => {
  const blocks = await withSealers(await client.byNumbers(numbers, { signal }), client, methods, { signal })
  return blocks.map((one) => ({ ...one, historical: true }))
}

const observation = <K extends Kind>(
  node: EthereumConfig['node'],
  kind: K,
  body: Bodies[K],
  observedAt: UnixMs,
): Observation => ({ kind, node, observedAt, body }) as ObservationOf<K> as Observation
