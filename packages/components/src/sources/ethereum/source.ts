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
import { redactUrl } from '@netstats/sdk/config'
import { reporter } from '../../version.ts'
import { createChainView } from './chain-view.ts'
import { withSealers } from './clique-sealer.ts'
import type { EthereumConfig } from './config.ts'
import { createHealth } from './health.ts'
import { toNodeInfo } from './identity.ts'
import { createNodeClient } from './node-client.ts'
import type { NodeClient } from './node-client.ts'
import { RpcError } from './rpc/errors.ts'
import { openConnection } from './rpc/open.ts'
import type { RpcConnection } from './rpc/connection.ts'
import { createCues, runSession } from './session.ts'
import type { Emit, NodeState } from './session.ts'
import { createOptionalMethods } from './optional-methods.ts'
import type { OptionalMethods } from './optional-methods.ts'
import { troubleOf } from './trouble.ts'

/** Observations on their way to the host; a host that does not take them slows the source down. */
const outbound = 256
const maxHistory = 100

export const openEthereumSource = async (config: EthereumConfig, context: SourceContext): Promise<Source> => {
  const { clock, log } = context
  const disposed = new AbortController()
  const label = redactUrl(config.endpoint)
  let current: NodeClient | undefined

  const state: NodeState = {
    view: createChainView(),
    health: createHealth(clock),
    methods: createOptionalMethods(clock),
    identity: undefined,
    syncing: false,
    pending: undefined,
  }
  let statsAt = -Infinity
  let informed = false

  const connect = (onNotice: (result: unknown) => void, signal: AbortSignal): Promise<RpcConnection> =>
    openConnection(config.endpoint, {
      clock,
      label,
      signal,
      timeoutMs: config.timeout,
      maxAnswerBytes: config.maxAnswer,
      onNotice,
    })

  const sendInfo = (emit: Emit): Promise<void> => {
    informed = true
    const self = { name: config.node, contact: config.contact, reporter }
    return emit('node-info', toNodeInfo(state.identity, self), clock.now())
  }

  /** Tells the state of a node that does not answer, as often as that of one that does. */
  const afterFailure = async (error: RpcError, emit: Emit): Promise<void> => {
    const limited = error.code === 'RPC_RATE_LIMITED'
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
      await using connection = await connect(cues.notice, signal)
      const client = createNodeClient(connection)
      current = client
      const onHit = (): void => {
        state.health.hit()
        statsAt = clock.monotonic()
        context.status.ok()
        backoff.working()
      }
      await runSession(
        { config, context, client, state, cues, emit, sendInfo: () => sendInfo(emit), onHit },
        { signal },
      )
      signal.throwIfAborted()
      throw new RpcError('RPC_CLOSED', `The session with ${label} ended.`)
    }
    while (!signal.aborted) {
      try {
        await session()
      } catch (error) {
        if (signal.aborted) return
        // Bugs are no weather: what is no failure of the connection goes to the host.
        if (!(error instanceof RpcError)) throw error
        await afterFailure(error, emit)
        await clock.sleep(Math.max(backoff.next(), error.retryAfterMs ?? 0), { signal })
      } finally {
        current = undefined
      }
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
    blocks: async (numbers, { signal }) => {
      const asked = [...new Set(numbers)].sort((a, b) => a - b).slice(-maxHistory)
      try {
        if (current) return await readHistory(current, state.methods, asked, signal)
        await using connection = await connect(() => undefined, signal)
        return await readHistory(createNodeClient(connection), state.methods, asked, signal)
      } catch (error) {
        // A node that is away has no blocks: all of them are missing ones.
        if (signal.aborted || !(error instanceof RpcError)) throw error
        return []
      }
    },
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
