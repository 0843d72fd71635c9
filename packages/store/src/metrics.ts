/**
 * The numbers that roll-ups keep. Every roll-up row is an increment: rows of one bucket add up, so that what comes late
 * or after a restart is simply another row. A query always groups by bucket.
 */
import { column, nullable } from './table.ts'

/** Numbers of one node. `propagationMs` has one value a block it reported, the others one a report that names them. */
export const nodeMetrics = [
  'peers',
  'pending',
  'latencyMs',
  'roundTripMs',
  'gasPrice',
  'hashrate',
  'propagationMs',
  'processingMs',
  'behind',
] as const
export type NodeMetric = (typeof nodeMetrics)[number]

/**
 * Numbers of a whole network. `nodes`, `active`, `syncing`, `atHead`, `pending` and `gasPrice` are looked at every ten seconds;
 * `blockTimeMs`, `transactions`, `gasUsedShare`, `uncles` and `size` have one value a block; `latencyMs` and `propagationMs` one
 * a report of any node, and a histogram.
 */
export const networkMetrics = [
  'nodes',
  'active',
  'syncing',
  'atHead',
  'pending',
  'gasPrice',
  'blockTimeMs',
  'transactions',
  'gasUsedShare',
  'uncles',
  'size',
  'latencyMs',
  'propagationMs',
] as const
export type NetworkMetric = (typeof networkMetrics)[number]

/** Metrics of a network that also have a histogram, so that percentiles merge over any range. */
export const histogramMetrics = ['latencyMs', 'propagationMs'] as const
export type HistogramMetric = (typeof histogramMetrics)[number]

/** Upper bounds of the histogram's bins in milliseconds, inclusive; one more bin holds everything slower. */
export const histogramBounds = [
  1, 2, 5, 10, 20, 35, 50, 75, 100, 150, 200, 300, 400, 500, 750, 1000, 1500, 2000, 3000, 5000, 10_000, 20_000, 60_000,
] as const
export const histogramBins = histogramBounds.length + 1

/** Which bin a value belongs to. */
export const binOf = (ms: number): number => {
  let low = 0
  let high: number = histogramBounds.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (ms <= (histogramBounds[middle] as number)) high = middle
    else low = middle + 1
  }
  return low
}

/**
 * Percentile from a histogram, interpolated within its bin; null where nothing was counted. Its error is at most the
 * width of the bin. In the last, open bin the lower bound is given.
 */
export const percentileOf = (bins: readonly number[], share: number): number | null => {
  let total = 0
  for (const count of bins) total += count
  if (total === 0) return null
  const wanted = share * total
  let before = 0
  for (let bin = 0; bin < bins.length; bin++) {
    const count = bins[bin] as number
    if (count > 0 && before + count >= wanted) {
      const from = bin === 0 ? 0 : (histogramBounds[bin - 1] as number)
      const to = histogramBounds[bin] ?? from
      return from + (to - from) * Math.min(1, Math.max(0, (wanted - before) / count))
    }
    before += count
  }
  return histogramBounds[histogramBounds.length - 1] as number
}

type Count = { readonly type: 'u32'; readonly nullable: false }
type Amount = { readonly type: 'f64'; readonly nullable: true }
export type MetricColumns<M extends string> = { readonly [K in `${M}_n`]: Count } & {
  readonly [K in `${M}_${'sum' | 'min' | 'max'}`]: Amount
}
export type HistogramColumns<M extends string> = { readonly [K in `${M}_h${number}`]: Count }

/** Columns `<metric>_n`, `_sum`, `_min`, `_max` for each metric; all but the count are null where it is 0. */
export const metricColumns = <const M extends string>(metrics: readonly M[]): MetricColumns<M> =>
  Object.fromEntries(
    metrics.flatMap((metric) => [
      [`${metric}_n`, column('u32')],
      [`${metric}_sum`, nullable('f64')],
      [`${metric}_min`, nullable('f64')],
      [`${metric}_max`, nullable('f64')],
    ]),
  ) as MetricColumns<M>

/** Columns `<metric>_h0` … of a histogram. */
export const histogramColumns = <const M extends string>(...metrics: readonly M[]): HistogramColumns<M> =>
  Object.fromEntries(
    metrics.flatMap((metric) =>
      Array.from({ length: histogramBins }, (_, bin) => [`${metric}_h${bin}`, column('u32')]),
    ),
  ) as HistogramColumns<M>
