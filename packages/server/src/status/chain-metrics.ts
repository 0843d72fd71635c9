/**
 * What the networks that are watched are like, for `/metrics`: so that a chain that stops, nodes that fall behind and alarms
 * that stay open can be alerted on. Names of networks and nodes come from outside: so many at most, the same ones from
 * scrape to scrape, have series of their own.
 */
import type { NetworkSummary } from '@netstats/protocol/feed'
import type { Core, NetworkView } from '../shard/shard-model.ts'
import type { MetricsRegistry, Values } from '../telemetry/registry.ts'

/** Networks with series of their own, the first that were seen. */
export const maxNetworks = 20
/** Nodes with series of their own, of all networks together. */
export const maxNodes = 2000
/** Between two looks at a network: many scrapers cost no more than one. */
const lookMs = 1000

export interface ChainMetricsOptions {
  readonly core: Pick<Core, 'networks' | 'network'>
  /** Series for each node too. */
  readonly perNode: boolean
  readonly now: () => number
  readonly monotonic: () => number
}

interface Look {
  readonly view: NetworkView
  readonly summary: NetworkSummary
  readonly at: number
}

/** Names that have series: those that were given one first keep it. */
const createNames = (most: number): { has(name: string): boolean } => {
  const names = new Set<string>()
  return {
    has: (name) => {
      if (names.size < most) names.add(name)
      return names.has(name)
    },
  }
}

type OfNetwork = (summary: NetworkSummary, view: NetworkView) => Values | null | undefined

export const registerChainMetrics = (registry: MetricsRegistry, options: ChainMetricsOptions): void => {
  const { core, now, monotonic } = options
  const named = createNames(maxNetworks)
  const looks = new Map<string, Look>()

  const look = (view: NetworkView): NetworkSummary => {
    const before = looks.get(view.key)
    const at = monotonic()
    if (before !== undefined && before.view === view && at - before.at < lookMs) return before.summary
    const summary = view.summary()
    looks.set(view.key, { view, summary, at })
    return summary
  }
  const views = (): readonly NetworkView[] => {
    const all = core.networks()
    const present = new Set(all.map(({ key }) => key))
    for (const key of looks.keys()) if (!present.has(key)) looks.delete(key)
    return all.filter(({ key }) => named.has(key))
  }
  /** A value of each network; of those that have none, no series. */
  const ofEach = (valueOf: OfNetwork) => (): Values => {
    const found: Record<string, Values> = {}
    for (const view of views()) {
      const value = valueOf(look(view), view)
      if (value !== null && value !== undefined) found[view.key] = value
    }
    return found
  }
  const gauge = (name: string, help: string, valueOf: OfNetwork, labels: readonly string[] = ['network']): void =>
    registry.gauge(name, help, labels, ofEach(valueOf))
  const counter = (name: `${string}_total`, help: string, valueOf: OfNetwork): void =>
    registry.counter(name, help, ['network'], ofEach(valueOf))
  const seconds = (ms: number | null | undefined): number | null => (ms === null || ms === undefined ? null : ms / 1000)

  gauge('chain_head', 'Number of the newest block of a network.', ({ head }) => head?.number)
  gauge('chain_head_timestamp_seconds', 'Time in the header of the newest block, Unix seconds.', ({ head }) =>
    seconds(head?.timestamp),
  )
  gauge('chain_head_age_seconds', 'Time since the newest block of a network was first seen.', ({ head }) =>
    head === null ? null : Math.max(0, now() - (head.arrivedAt ?? head.timestamp)) / 1000,
  )
  gauge('chain_block_time_seconds', 'Mean time between the newest 60 blocks, by their headers.', ({ blockTimeMs }) =>
    seconds(blockTimeMs),
  )
  gauge(
    'chain_nodes',
    'Nodes of a network by state: `at_head`, `behind`, `syncing` and `inactive`; others have no block yet.',
    ({ nodes, active, syncing, atHead, behind }) => ({ at_head: atHead, behind, syncing, inactive: nodes - active }),
    ['network', 'state'],
  )
  gauge('chain_sealers', 'Who sealed one of the newest 60 blocks.', ({ miners }) => miners.length)
  gauge('chain_pending_transactions', 'Transactions that wait, median of the nodes.', ({ pending }) => pending)
  gauge(
    'chain_propagation_seconds',
    'Time in which the newest blocks reached so many percent of the nodes.',
    ({ propagation: { p50Ms, p95Ms, p99Ms } }) =>
      p50Ms === null || p95Ms === null || p99Ms === null
        ? null
        : { '50': p50Ms / 1000, '95': p95Ms / 1000, '99': p99Ms / 1000 },
    ['network', 'percentile'],
  )
  gauge('chain_branches', 'Branches that nodes of a network stand on; 1 while all are on one.', ({ split }) =>
    split === null ? 1 : split.branches.length,
  )
  counter('chain_forks_total', 'Forks seen since the server started.', ({ forks }) => forks)
  counter(
    'chain_reorganisations_total',
    'Branches that nodes left for others since the server started.',
    ({ reorgs }) => reorgs,
  )
  gauge('chain_deepest_reorganisation_blocks', 'Depth of the deepest of them.', ({ deepestReorg }) => deepestReorg)
  if (options.perNode) registerNodes(registry, views)
}

const registerNodes = (registry: MetricsRegistry, views: () => readonly NetworkView[]): void => {
  const named = createNames(maxNodes)
  const columns = [
    ['chain_node_head', 'Number of the newest block of a node.', 'blockNumber', 1],
    ['chain_node_behind_blocks', 'Blocks a node is behind the newest of its network.', 'behind', 1],
    ['chain_node_peers', 'Peers a node is connected to.', 'peers', 1],
    ['chain_node_latency_seconds', 'Latency as a node reports it.', 'latencyMs', 0.001],
  ] as const
  const ofEach = (valueOf: (view: NetworkView, id: string) => number | null) => (): Values => {
    const found: Record<string, Record<string, number>> = {}
    for (const view of views())
      for (const id of view.nodeIds()) {
        if (!named.has(JSON.stringify([view.key, id]))) continue
        const value = valueOf(view, id)
        if (value !== null) (found[view.key] ??= {})[id] = value
      }
    return found
  }
  for (const [name, help, column, scale] of columns)
    registry.gauge(
      name,
      help,
      ['network', 'node'],
      ofEach((view, id) => {
        const value = view.column(id, column) ?? null
        return value === null ? null : value * scale
      }),
    )
  registry.gauge(
    'chain_node_up',
    '1 while a node is active.',
    ['network', 'node'],
    ofEach((view, id) => (view.column(id, 'state') === 'active' ? 1 : 0)),
  )
}
