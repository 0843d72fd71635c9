/** What metrics are counted in, for anyone who draws them. */
import { histogramMetrics, networkMetrics, nodeMetrics } from '@netstats/store'
import type { NetworkMetric, NodeMetric } from '@netstats/store'

export const units = [
  'count',
  'ms',
  'seconds',
  'wei',
  'hashesPerSecond',
  'ratio',
  'percent',
  'bytes',
  'perSecond',
] as const
export type Unit = (typeof units)[number]

interface About {
  readonly unit: Unit
  readonly description: string
}

const ofNodes: Readonly<Record<NodeMetric, About>> = {
  peers: { unit: 'count', description: 'Peers the node is connected to.' },
  pending: { unit: 'count', description: 'Transactions that wait in its pool.' },
  latencyMs: { unit: 'ms', description: 'What the node says of its latency.' },
  roundTripMs: { unit: 'ms', description: 'Round trip as the server measures it.' },
  gasPrice: { unit: 'wei', description: 'Gas price the node suggests.' },
  hashrate: { unit: 'hashesPerSecond', description: 'What it hashes, where it does.' },
  propagationMs: { unit: 'ms', description: 'Delay behind the first sight of each block it reported.' },
  processingMs: { unit: 'ms', description: 'Time it took to import a block.' },
  behind: { unit: 'count', description: "Blocks behind the network's head." },
}

const ofNetworks: Readonly<Record<NetworkMetric, About>> = {
  nodes: { unit: 'count', description: 'Nodes known.' },
  active: { unit: 'count', description: 'Nodes that are active.' },
  syncing: { unit: 'count', description: 'Nodes that are syncing.' },
  atHead: { unit: 'count', description: 'Nodes at the head.' },
  pending: { unit: 'count', description: 'Transactions that wait, median of the nodes.' },
  gasPrice: { unit: 'wei', description: 'Gas price, median of the nodes.' },
  blockTimeMs: { unit: 'ms', description: 'Time between a block and its parent.' },
  transactions: { unit: 'count', description: 'Transactions of a block.' },
  gasUsedShare: { unit: 'ratio', description: 'Gas a block used, of its limit.' },
  uncles: { unit: 'count', description: 'Uncles of a block.' },
  size: { unit: 'bytes', description: 'Size of a block.' },
  latencyMs: { unit: 'ms', description: 'What nodes say of their latency.' },
  propagationMs: { unit: 'ms', description: 'Delay behind the first sight of a block, of all nodes.' },
}

const endings: readonly (readonly [RegExp, Unit])[] = [
  [/(PerSecond|_per_second)$/, 'perSecond'],
  [/(Share|Ratio|_ratio)$/, 'ratio'],
  [/(Percent|_percent)$/, 'percent'],
  [/(Bytes|_bytes)(_total)?$/, 'bytes'],
  [/(Seconds|_seconds)(_total)?$/, 'seconds'],
  [/(Ms|_ms)$/, 'ms'],
]

/** Names of our own that do not say it. */
const own: ReadonlyMap<string, Unit> = new Map([
  ['clock.offset', 'seconds'],
  ['clock.error', 'seconds'],
])

/** Unit of a metric that goes by name, by the ending of that name; null where it says none. */
export const unitOfName = (name: string): Unit | null =>
  own.get(name) ?? endings.find(([ending]) => ending.test(name))?.[1] ?? null

export const isNodeMetric = (name: string): name is NodeMetric => Object.hasOwn(ofNodes, name)
export const nodeUnit = (metric: NodeMetric): Unit => ofNodes[metric].unit
export const networkUnit = (metric: NetworkMetric): Unit => ofNetworks[metric].unit

export const nodeMetricList = nodeMetrics.map((name) => ({ name, percentiles: false, ...ofNodes[name] }))
export const networkMetricList = networkMetrics.map((name) => ({
  name,
  percentiles: histogramMetrics.some((one) => one === name),
  ...ofNetworks[name],
}))
