import { checkMetrics } from '../checks.ts'
import { histogramBins, histogramMetrics, networkMetrics, nodeMetrics, percentileOf } from '../metrics.ts'
import type { NetworkMetric, NodeMetric } from '../metrics.ts'
import { metricsOfRange, planSeries } from '../series-plan.ts'
import type { SeriesFacts, SeriesPlan, SeriesSegment } from '../series-plan.ts'
import type { MetricSeries, MetricSeriesQuery, NetworkSeriesQuery, NodeSeriesQuery, Range, Series } from '../store.ts'
import { tables } from '../tables.ts'
import { tableNames, timeOf } from './data.ts'
import type { Data, Row } from './data.ts'

/** What one row adds to the numbers of its bucket. */
interface Increment {
  readonly n: number
  readonly sum: number | null
  readonly min: number | null
  readonly max: number | null
  readonly bins?: readonly number[]
}
interface Piece {
  readonly at: number
  readonly values: Readonly<Record<string, Increment>>
}

const none: Increment = { n: 0, sum: null, min: null, max: null }
const single = (value: number | null): Increment =>
  value === null ? none : { n: 1, sum: value, min: value, max: value }

const rolled = (row: object, metric: string): Increment => {
  const columns = row as Readonly<Record<string, number | null>>
  const increment: Increment = {
    n: columns[`${metric}_n`] as number,
    sum: columns[`${metric}_sum`] as number | null,
    min: columns[`${metric}_min`] as number | null,
    max: columns[`${metric}_max`] as number | null,
  }
  if (!(`${metric}_h0` in columns)) return increment
  return {
    ...increment,
    bins: Array.from({ length: histogramBins }, (_, bin) => columns[`${metric}_h${bin}`] as number),
  }
}

const factsOf = (data: Data): SeriesFacts => ({
  oldest(tier) {
    const times = tableNames
      .filter((name) => tables[name].tier === tier)
      .flatMap((name) => data[name].map((row) => timeOf(name, row) as number))
    return times.length === 0 ? null : times.reduce((a, b) => Math.min(a, b))
  },
  newest(table) {
    const times = data[table].map((row) => timeOf(table, row) as number)
    return Promise.resolve(times.length === 0 ? null : times.reduce((a, b) => Math.max(a, b)))
  },
  any: (table, { from, to }) =>
    Promise.resolve(
      data[table].some((row) => {
        const at = timeOf(table, row) as number
        return at >= from && at < to
      }),
    ),
})

const notNull = (values: readonly (number | null)[]): number[] => values.filter((value) => value !== null)
const sumOf = (values: readonly (number | null)[]): number | null =>
  notNull(values).reduce<number | null>((sum, value) => (sum ?? 0) + value, null)

const metricSeriesOf = (metric: string, buckets: readonly (readonly Piece[])[], histogram: boolean): MetricSeries => {
  const increments = buckets.map((pieces) => pieces.map((piece) => piece.values[metric] ?? none))
  const n = increments.map((list) => list.reduce((sum, one) => sum + one.n, 0))
  const sum = increments.map((list) => sumOf(list.map((one) => one.sum)))
  const least = (list: readonly number[]): number | null => (list.length === 0 ? null : Math.min(...list))
  const most = (list: readonly number[]): number | null => (list.length === 0 ? null : Math.max(...list))
  const bins = increments.map((list) =>
    Array.from({ length: histogramBins }, (_, bin) => list.reduce((total, one) => total + (one.bins?.[bin] ?? 0), 0)),
  )
  return {
    n,
    sum,
    avg: sum.map((total, i) => (total === null || n[i] === 0 ? null : total / (n[i] as number))),
    min: increments.map((list) => least(notNull(list.map((one) => one.min)))),
    max: increments.map((list) => most(notNull(list.map((one) => one.max)))),
    ...(histogram
      ? {
          p50: bins.map((counts) => percentileOf(counts, 0.5)),
          p95: bins.map((counts) => percentileOf(counts, 0.95)),
          p99: bins.map((counts) => percentileOf(counts, 0.99)),
        }
      : {}),
  }
}

const seriesOf = <M extends string>(
  query: Range & { readonly metrics: readonly M[] },
  plan: SeriesPlan,
  pieces: readonly Piece[],
  histograms: readonly string[],
): Series<M> => {
  const buckets = plan.buckets.map((start) =>
    pieces.filter((piece) => piece.at >= start && piece.at < start + plan.bucketMs),
  )
  const slots = plan.bucketMs / plan.slotMs
  return {
    from: query.from,
    to: query.to,
    bucketMs: plan.bucketMs,
    slotMs: plan.slotMs,
    buckets: plan.buckets,
    present: buckets.map((list) => new Set(list.map((piece) => Math.floor(piece.at / plan.slotMs))).size / slots),
    metrics: Object.fromEntries(
      query.metrics.map((metric) => [metric, metricSeriesOf(metric, buckets, histograms.includes(metric))]),
    ) as Series<M>['metrics'],
  }
}

const inSegment =
  ({ from, to }: SeriesSegment) =>
  (piece: Piece): boolean =>
    piece.at >= from && piece.at < to

export const networkSeries = async (data: Data, query: NetworkSeriesQuery): Promise<Series<NetworkMetric>> => {
  checkMetrics(query.metrics, networkMetrics)
  const plan = await planSeries('network', query, factsOf(data))
  const pieces = plan.segments.flatMap((segment) =>
    (data[segment.table] as readonly Row<'network1m'>[])
      .filter((row) => row.network === query.network)
      .map((row) => ({
        at: row.bucket,
        values: Object.fromEntries(query.metrics.map((metric) => [metric, rolled(row, metric)])),
      }))
      .filter(inSegment(segment)),
  )
  return seriesOf(query, plan, pieces, histogramMetrics)
}

/** Numbers that raw rows have; `propagationMs` is in sightings, and `behind` only in roll-ups. */
const sampled = (row: Row<'nodeSample'>, metric: NodeMetric): Increment =>
  metric === 'propagationMs' || metric === 'behind' ? none : single(row[metric])

export const nodeSeries = async (data: Data, query: NodeSeriesQuery): Promise<Series<NodeMetric>> => {
  checkMetrics(query.metrics, nodeMetrics)
  const plan = await planSeries('node', query, factsOf(data))
  const isNode = (row: { readonly network: number; readonly node: number }): boolean =>
    row.network === query.network && row.node === query.node
  const raw = (): Piece[] => [
    ...data.nodeSample.filter(isNode).map((row) => ({
      at: row.at,
      values: Object.fromEntries(query.metrics.map((metric) => [metric, sampled(row, metric)])),
    })),
    ...(query.metrics.includes('propagationMs') ? data.blockSeen.filter(isNode) : []).map((row) => ({
      at: row.at,
      values: { propagationMs: single(row.delayMs) },
    })),
  ]
  const pieces = plan.segments.flatMap((segment) => {
    if (segment.table === 'nodeSample') return raw().filter(inSegment(segment))
    return (data[segment.table] as readonly Row<'node1m'>[])
      .filter(isNode)
      .map((row) => ({
        at: row.bucket,
        values: Object.fromEntries(query.metrics.map((metric) => [metric, rolled(row, metric)])),
      }))
      .filter(inSegment(segment))
  })
  return seriesOf(query, plan, pieces, [])
}

interface MetricPiece extends Piece {
  readonly metric: number
}

const metricPieces = (
  data: Data,
  plan: SeriesPlan,
  query: { readonly network: number; readonly node: number },
): readonly MetricPiece[] =>
  plan.segments.flatMap((segment) => {
    const isNode = (row: Row<'metric'> | Row<'metric1m'>): boolean =>
      row.network === query.network && row.node === query.node
    const pieces =
      segment.table === 'metric'
        ? data.metric
            .filter(isNode)
            .map((row) => ({ at: row.at, metric: row.metric, values: { [row.metric]: single(row.value) } }))
        : (data[segment.table] as readonly Row<'metric1m'>[])
            .filter(isNode)
            .map((row) => ({ at: row.bucket, metric: row.metric, values: { [row.metric]: row } }))
    return pieces.filter(inSegment(segment))
  })

export const metricSeries = async (data: Data, query: MetricSeriesQuery): Promise<Series> => {
  checkMetrics(query.metrics)
  const plan = await planSeries('metric', query, factsOf(data))
  const pieces = metricPieces(data, plan, query).filter((piece) => query.metrics.includes(piece.metric))
  return seriesOf({ ...query, metrics: query.metrics.map(String) }, plan, pieces, [])
}

export const metricsOf = async (
  data: Data,
  query: { readonly network: number; readonly node: number } & Range,
): Promise<readonly number[]> => {
  const plan = await planSeries('metric', metricsOfRange(query), factsOf(data))
  const found = metricPieces(data, plan, query).map((piece) => piece.metric)
  return [...new Set(found)].sort((a, b) => a - b)
}
