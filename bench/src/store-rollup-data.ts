/** Roll-ups of made-up nodes: as many rows as real ones, with values that are plausible and not those of the raw rows. */
import { histogramBins, networkMetrics, nodeMetrics } from '@netstats/store'
import type { NetworkMetric, NodeMetric } from '@netstats/store'
import type { Batcher } from './store-batcher.ts'
import { between } from './store-values.ts'

interface Ended {
  /** The buckets that end with it. */
  readonly second: number
  readonly base: number
  readonly nodes: number
  /** Named metrics of each node. */
  readonly metrics: number
  /** Which of `parts` equal parts of the nodes. */
  readonly part: number
  readonly parts: number
}

export const addRollUps = (to: Batcher, { second, base, nodes, metrics, part, parts }: Ended): void => {
  // Buckets are those of the clock, whenever the data begins.
  const end = base / 1000 + second + 1
  const startOf = (seconds: number): number => (end - seconds) * 1000
  const networkRow = (seconds: number) => ({
    bucket: startOf(seconds),
    network: 1,
    blocks: Math.ceil(seconds / 5),
    reorgs: 0,
    ...networkNumbers(second, seconds, nodes),
  })
  if (part === 0 && end % 10 === 0) to.add('network10s', networkRow(10))
  if (part === 0 && end % 60 === 0) to.add('network1m', networkRow(60))
  if (part === 0 && end % 3600 === 0) to.add('network1h', networkRow(3600))
  for (const [table, perMetric, seconds] of [
    ['node1m', 'metric1m', 60],
    ['node1h', 'metric1h', 3600],
  ] as const) {
    if (end % seconds !== 0) continue
    const bucket = startOf(seconds)
    const last = Math.floor((nodes * (part + 1)) / parts)
    for (let node = 1 + Math.floor((nodes * part) / parts); node <= last; node++) {
      const counts = { samples: seconds / 5, blocks: seconds / 5 }
      to.add(table, { bucket, network: 1, node, ...counts, ...nodeNumbers(node, second, seconds) })
      for (let metric = 1; metric <= metrics; metric++) {
        const value = (node % 60) + between(node, second + metric, 0, 200) / 10
        const n = Math.max(1, Math.floor(seconds / 25))
        to.add(perMetric, { bucket, network: 1, node, metric, n, sum: value * n, min: value - 2, max: value + 2 })
      }
    }
  }
}

/** `total` spread over the bins of a histogram as block delays are. */
export const bins = <M extends string>(metric: M, total: number): Record<`${M}_h${number}`, number> => {
  const shares = [0, 0, 0, 0, 0.01, 0.03, 0.05, 0.08, 0.12, 0.14, 0.1, 0.13, 0.09, 0.07, 0.09, 0.05, 0.04]
  return Object.fromEntries(
    Array.from({ length: histogramBins }, (_, bin) => [`${metric}_h${bin}`, Math.round(total * (shares[bin] ?? 0))]),
  ) as Record<`${M}_h${number}`, number>
}

type Numbers<M extends string> = Record<`${M}_n`, number> & Record<`${M}_${'sum' | 'min' | 'max'}`, number | null>

const numbersOf = <M extends string>(
  metrics: readonly M[],
  of: (metric: M) => { readonly n: number; readonly value: number },
): Numbers<M> => {
  const row: Record<string, number | null> = {}
  for (const metric of metrics) {
    const { n, value } = of(metric)
    row[`${metric}_n`] = n
    row[`${metric}_sum`] = n === 0 ? null : value * n
    row[`${metric}_min`] = n === 0 ? null : value * 0.8
    row[`${metric}_max`] = n === 0 ? null : value * 1.3
  }
  return row as Numbers<M>
}

const nodeNumbers = (node: number, second: number, seconds: number): Numbers<NodeMetric> =>
  numbersOf(nodeMetrics, (metric) => ({
    n: metric === 'behind' ? 0 : Math.floor(seconds / 15),
    value: metric === 'gasPrice' ? 1_284_503_311 : Math.round(between(node, second, 1, 90)),
  }))

const sumOf = (counts: Readonly<Record<string, number>>): number =>
  Object.values(counts).reduce((sum, count) => sum + count, 0)

/** What a metric is about, where it does not count nodes. */
const typical: Partial<Record<NetworkMetric, number>> = {
  syncing: 0,
  pending: 190,
  gasPrice: 1_284_503_311,
  blockTimeMs: 5000,
  transactions: 12,
  gasUsedShare: 0.011,
  uncles: 0,
  size: 1700,
  latencyMs: 45,
  propagationMs: 190,
}

const networkNumbers = (second: number, seconds: number, nodes: number) => {
  const histograms = {
    latencyMs: bins('latencyMs', (nodes * seconds) / 15),
    propagationMs: bins('propagationMs', (nodes * seconds) / 5),
  }
  const counted: Readonly<Record<string, Readonly<Record<string, number>>>> = histograms
  return {
    ...numbersOf<NetworkMetric>(networkMetrics, (metric) => {
      const counts = counted[metric]
      return {
        n: counts === undefined ? Math.ceil(seconds / 10) : sumOf(counts),
        value: (typical[metric] ?? nodes) * (0.9 + between(second, 1, 0, 1000) / 10_000),
      }
    }),
    ...histograms.latencyMs,
    ...histograms.propagationMs,
  }
}
