/** Sinks of the server: what the core is told goes into a spool on disk, and from there to each sink. */
import { join } from 'node:path'
import { nodeId } from '@netstats/protocol'
import type { NodeId, Observation, ObservationOf } from '@netstats/protocol'
import { createLatest, ownSources, runSelfMonitor, selfMonitoringPart, startSinks, wantsOf } from '@netstats/runtime'
import type {
  PlaceOf,
  Registry,
  SelfMonitorOptions,
  SinkEntry,
  Supervisor,
  TaskContext,
  WatchedPart,
} from '@netstats/runtime'
import { openSpool } from '@netstats/runtime/spool'
import { reasonOf } from '@netstats/sdk'
import type { Checkpointed, Clock, ComponentContext, Logger, Spool, StatusReporter } from '@netstats/sdk'
import type { Applied } from '../shard/applied.ts'
import type { CoreInput } from '../shard/inputs.ts'
import { createSpoolQueue } from './spool-queue.ts'

export interface ServerSinksOptions {
  readonly entries: readonly SinkEntry[]
  readonly spool: { readonly maxBytes: number; readonly maxAge: number }
  readonly registry: Registry
  /** Data folder of the server. */
  readonly data: string
  readonly supervisor: Supervisor
  readonly clock: Clock
  readonly log: Logger
  /** State of the spool. */
  readonly status: StatusReporter
  readonly contextOf: (task: TaskContext) => ComponentContext
  /** What the server reports of itself; nothing where it is left out. */
  readonly selfMonitoring?: Pick<SelfMonitorOptions, 'config' | 'ownLog' | 'parts' | 'metrics'> | undefined
}

/** The node that the server is among those it reports of. It is on no network. */
const ownNode = 'server'

export interface ServerSinks extends AsyncDisposable {
  /** What the core was told, and the network that it found the node on. */
  applied(applied: Pick<Applied, 'input' | 'network'>): void
  /** Stores what receivers are told, each with a number that grows, in one transaction with the number of the last of them. */
  notify(told: readonly Told[]): Promise<void>
  /** Number of the last that was stored; 0 where none was. */
  notified(): number
  /** When the peer of each sink last took something, Unix milliseconds, by the name of its reader; not before this start. */
  deliveredAt(): ReadonlyMap<string, number>
  /** Resolves when what was taken so far is on the disk, or given up. */
  stored(): Promise<void>
  /** Observations each sink still has to deliver, by the name of its reader. */
  backlogs(): ReadonlyMap<string, number>
  watched(): readonly WatchedPart[]
  /** Observations given up before all sinks had them, by reason and class; `overload`: the disk could not take them as fast as they came. */
  dropped(): Readonly<Record<string, Readonly<Record<string, number>>>>
}

/** An observation for a receiver of alarms. */
export interface Told {
  readonly number: number
  readonly network: string | undefined
  readonly observation: Observation
}

/** Whose the number of the last notification is, among the checkpoints of the spool. */
const owner = 'alarms'
/** What is stored in one piece. */
const mostAtOnce = 20

export const openServerSinks = async (options: ServerSinksOptions): Promise<ServerSinks> => {
  const { entries, registry, supervisor, clock, log, status, contextOf } = options
  const { maxBytes, maxAge: maxAgeMs } = options.spool
  await using opening = new AsyncDisposableStack()
  const directory = join(options.data, 'sinks')
  const reporter = nodeId(ownNode)
  const spool = opening.use(await openSpool({ directory, maxBytes, maxAgeMs, clock, log, reporter, status }))
  const named = new Set(entries.flatMap(({ nodes }) => nodes ?? []))
  const latest = createLatest()
  const infoOf = (node: string) => latest.of(nodeId(node)).find((one) => one.kind === 'node-info')?.body
  const sinks = opening.use(
    await startSinks({
      entries,
      registry,
      nodes: undefined,
      supervisor,
      spool,
      clock,
      contextOf,
      placeOf,
      source: ownSources.server,
      nodesAsked: {
        blocks: () => Promise.resolve([]),
        headers: () => Promise.resolve([]),
        info: infoOf,
        isWatched: () => true,
        latest: (node) => latest.of(node),
        // Agents are slowed by the server's own load alone.
        pace: () => undefined,
      },
    }),
  )
  const wants = entries.map((entry) => wantsOf(entry, registry, undefined, placeOf, ownSources.server))

  const queue = createSpoolQueue(spool, (error) => status.degraded(`cannot be written: ${reasonOf(error)}`))
  const take = (observation: Observation, network: string | null | undefined): void => {
    // Only nodes that a sink names are asked for by sinks: what is remembered has their bound.
    if (named.has(observation.node)) latest.take(observation)
    const placed = network === null ? observation : inNetwork(observation, network)
    if (wants.some((wanted) => wanted(placed))) queue.push(placed)
  }
  const { selfMonitoring } = options
  if (selfMonitoring !== undefined) {
    const own = { ...selfMonitoring, source: ownSources.server, node: ownNode, clock, spool }
    supervisor.run(selfMonitoringPart, async ({ signal, status: of }) => {
      of.ok()
      await runSelfMonitor(own, { signal })
    })
  }
  // Before the readers of the sinks are closed.
  opening.use(supervisor)
  opening.defer(() => queue.stored())
  const opened = opening.move()
  return {
    applied({ input, network }) {
      if (input.type === 'connected') {
        // A node says who it is when it logs in.
        const { node, at, info } = input
        take({ kind: 'node-info', node: nodeId(node), observedAt: at, body: info }, network ?? info.networkId)
      } else if (input.type === 'observation' && input.mode !== 'snapshot') {
        // What comes again in its order is not taken twice.
        take(input.observation, network ?? input.network)
      } else if (input.type === 'alarm') take(alarmOf(input, reporter), input.network)
    },
    ...createNotify(spool),
    deliveredAt: () => sinks.deliveredAt(),
    stored: () => queue.stored(),
    backlogs: () => sinks.backlogs(),
    watched: () => sinks.watched(),
    dropped() {
      const all: Record<string, Record<string, number>> = { overload: Object.fromEntries(queue.dropped) }
      for (const { reason, class: shed, count } of spool.stats().dropped) {
        const own = (all[reason] ??= {})
        own[shed] = (own[shed] ?? 0) + count
      }
      return all
    },
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  }
}

const createNotify = (spool: Pick<Spool, 'append' | 'checkpoints'>): Pick<ServerSinks, 'notify' | 'notified'> => ({
  async notify(told) {
    const parts: Checkpointed[] = []
    for (let i = 0; i < told.length; i += mostAtOnce) {
      const part = told.slice(i, i + mostAtOnce)
      const observations = part.map(({ observation, network }) =>
        network === undefined ? observation : inNetwork(observation, network),
      )
      parts.push({ observations, checkpoint: { key: 'told', value: String(part.at(-1)?.number) } })
    }
    await spool.append(parts, owner)
  },
  notified: () => Number(spool.checkpoints(owner).get('told') ?? 0),
})

/** One that is about no node is under the key of its network; of the server itself, where the spool's own losses are. */
const alarmOf = (
  { at, network, node, body }: Extract<CoreInput, { type: 'alarm' }>,
  reporter: NodeId,
): ObservationOf<'alarm'> => ({
  kind: 'alarm',
  node: network === null ? reporter : nodeId(node ?? network),
  observedAt: at,
  body: node === null ? { ...body, about: network === null ? 'server' : 'network' } : body,
})

/**
 * Two networks may have nodes of one name: in the spool a node is called as in the path of the API, `1337/validator-1`.
 * Keys of networks have no slash.
 */
const inNetwork = (observation: Observation, network = 'unknown'): Observation => ({
  ...observation,
  node: nodeId(`${network}/${observation.node}`),
})

/** The inverse. What the spool itself reports of losses whose node it does not know has no network. */
const placeOf: PlaceOf = (stored) => {
  const slash = stored.node.indexOf('/')
  if (slash === -1) return { observation: stored }
  return {
    observation: { ...stored, node: nodeId(stored.node.slice(slash + 1)) },
    network: stored.node.slice(0, slash),
  }
}
