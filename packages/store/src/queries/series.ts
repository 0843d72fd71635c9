/** Numbers over time, from the rows that a plan names. Roll-up rows are increments, so all is grouped. */
import { checkMetrics } from '../checks.ts'
import { histogramBins, histogramMetrics, networkMetrics, nodeMetrics } from '../metrics.ts'
import { metricsOfRange, planSeries } from '../series-plan.ts'
import { tables } from '../tables.ts'
import type {
  HistogramMetric,
  MetricSeriesQuery,
  NetworkSeriesQuery,
  NodeSeriesQuery,
  Range,
  RollupTable,
  Series,
} from '../store.ts'
import type { NetworkMetric, NodeMetric } from '../metrics.ts'
import type { SeriesFacts, SeriesPlan, SeriesSegment } from '../series-plan.ts'
import type { TableName } from '../tables.ts'
import type { QueryContext, StoreQuery } from '../query.ts'
import { newestBucket } from './catalog.ts'
import { bucketIndex, columnReader, metricSeriesOf, presentOf } from './series-result.ts'
import { createParams, inRange, quoted } from './sql.ts'
import type { Params } from './sql.ts'

const factsOf = (context: QueryContext): SeriesFacts => ({
  oldest: (tier) => context.oldest(tier),
  newest: (table) => newestBucket(context, table as RollupTable),
  async any(table, range) {
    const params = createParams()
    const text = `SELECT 1 AS "found" FROM ${context.from(tables[table], range)} AS r WHERE ${inRange('bucket', range, params)} LIMIT 1`
    return (await context.run(text, params.values)).rows > 0
  },
})

const histogramsOf = (metrics: readonly string[]): readonly HistogramMetric[] =>
  histogramMetrics.filter((metric) => metrics.includes(metric))

const binNames = (metric: string): readonly string[] =>
  Array.from({ length: histogramBins }, (_, bin) => `${metric}_h${bin}`)

/** Expressions under the names that a roll-up has them by. */
const amounts = (metric: string, value: string): string => `
  CAST(CASE WHEN ${value} IS NULL THEN 0 ELSE 1 END AS DOUBLE PRECISION) AS "${metric}_n",
  ${value} AS "${metric}_sum", ${value} AS "${metric}_min", ${value} AS "${metric}_max"`

/** Sums of whole numbers are wider than them, and slow; those of doubles are exact as far as counts go. */
const counted = (column: string, as = column): string => `CAST("${column}" AS DOUBLE PRECISION) AS "${as}"`

const rolledUp = (metric: string): string => `
  ${counted(`${metric}_n`)}, "${metric}_sum", "${metric}_min", "${metric}_max"`

const totals = (metric: string): string => `
  sum("${metric}_n") AS "${metric}_n", sum("${metric}_sum") AS "${metric}_sum",
  min("${metric}_min") AS "${metric}_min", max("${metric}_max") AS "${metric}_max"`

const selectFrom = (
  context: QueryContext,
  table: TableName,
  segment: SeriesSegment,
  expressions: readonly string[],
  where: string,
  params: Params,
): string => {
  const time = tables[table].time as string
  const columns = [`${quoted(time)} AS "at"`, ...expressions].join(', ')
  return `SELECT ${columns} FROM ${context.from(tables[table], segment)} AS r WHERE ${where} AND ${inRange(time, segment, params)}`
}

/** All pieces as one relation, each row with the starts of its bucket and its slot. */
const placed = (plan: SeriesPlan, pieces: readonly string[], params: Params): string => {
  const floor = (width: number): string => `"at" - "at" % ${params.int(width)}`
  const columns = `${floor(plan.bucketMs)} AS "bucket", ${floor(plan.slotMs)} AS "slot", p.*`
  return `(SELECT ${columns} FROM (${pieces.join(' UNION ALL ')}) AS p) AS s`
}
const slots = 'CAST(count(DISTINCT "slot") AS BIGINT) AS "slots"'

const answer = async <M extends string>(
  context: QueryContext,
  query: Range & { readonly metrics: readonly M[] },
  plan: SeriesPlan,
  pieces: readonly string[],
  histograms: readonly string[],
  params: Params,
): Promise<Series<M>> => {
  const metrics = [...new Set(query.metrics)]
  const bins = histograms.flatMap(binNames).map((name) => `sum("${name}") AS "${name}"`)
  const columns = ['"bucket"', slots, ...metrics.map(totals), ...bins].join(', ')
  const text = `SELECT ${columns} FROM ${placed(plan, pieces, params)} GROUP BY "bucket"`
  const read = columnReader(pieces.length === 0 ? undefined : await context.run(text, params.values))
  const index = bucketIndex(plan, read)
  return {
    from: query.from,
    to: query.to,
    bucketMs: plan.bucketMs,
    slotMs: plan.slotMs,
    buckets: plan.buckets,
    present: presentOf(plan, index, read),
    metrics: Object.fromEntries(
      metrics.map((metric) => [metric, metricSeriesOf(index, read, metric, histograms.includes(metric))]),
    ) as Series<M>['metrics'],
  }
}

export const networkSeries: StoreQuery<NetworkSeriesQuery, Series<NetworkMetric>> = async (context, query) => {
  checkMetrics(query.metrics, networkMetrics)
  const plan = await planSeries('network', query, factsOf(context))
  const histograms = histogramsOf(query.metrics)
  const params = createParams()
  const expressions = [...new Set(query.metrics)]
    .map(rolledUp)
    .concat(histograms.flatMap(binNames).map((name) => counted(name)))
  const pieces = plan.segments.map((segment) =>
    selectFrom(context, segment.table, segment, expressions, `"network" = ${params.int(query.network)}`, params),
  )
  return answer(context, query, plan, pieces, histograms, params)
}

const nothing = 'CAST(NULL AS DOUBLE PRECISION)'
/** Numbers that raw rows have; `propagationMs` is in sightings, and `behind` only in roll-ups. */
const sampled = (metric: NodeMetric): string =>
  amounts(metric, metric === 'propagationMs' || metric === 'behind' ? nothing : quoted(metric))
const seen = (metric: NodeMetric): string =>
  amounts(metric, metric === 'propagationMs' ? 'CAST("delayMs" AS DOUBLE PRECISION)' : nothing)

const ofNode = ({ network, node }: { readonly network: number; readonly node: number }, params: Params): string =>
  `"network" = ${params.int(network)} AND "node" = ${params.int(node)}`

export const nodeSeries: StoreQuery<NodeSeriesQuery, Series<NodeMetric>> = async (context, query) => {
  checkMetrics(query.metrics, nodeMetrics)
  const plan = await planSeries('node', query, factsOf(context))
  const params = createParams()
  const metrics = [...new Set(query.metrics)]
  const pieces = plan.segments.flatMap((segment) => {
    const select = (table: TableName, expressions: readonly string[]): string =>
      selectFrom(context, table, segment, expressions, ofNode(query, params), params)
    if (segment.table !== 'nodeSample') return [select(segment.table, metrics.map(rolledUp))]
    return [
      select('nodeSample', metrics.map(sampled)),
      ...(metrics.includes('propagationMs') ? [select('blockSeen', metrics.map(seen))] : []),
    ]
  })
  return answer(context, query, plan, pieces, [], params)
}

/** Rows of named metrics, each with its key. */
const metricPieces = (
  context: QueryContext,
  plan: SeriesPlan,
  query: { readonly network: number; readonly node: number; readonly metrics?: readonly number[] },
  params: Params,
): readonly string[] =>
  plan.segments.map((segment) => {
    const keys = query.metrics?.map((metric) => params.int(metric)).join(', ')
    const where = keys === undefined ? '' : ` AND "metric" IN (${keys})`
    const expressions =
      segment.table === 'metric'
        ? [`"metric"`, amounts('value', `"value"`)]
        : [`"metric"`, `${counted('n', 'value_n')}, "sum" AS "value_sum", "min" AS "value_min", "max" AS "value_max"`]
    return selectFrom(context, segment.table, segment, expressions, `${ofNode(query, params)}${where}`, params)
  })

export const metricSeries: StoreQuery<MetricSeriesQuery, Series> = async (context, query) => {
  checkMetrics(query.metrics)
  const plan = await planSeries('metric', query, factsOf(context))
  const params = createParams()
  const metrics = [...new Set(query.metrics)]
  const pieces = metrics.length === 0 ? [] : metricPieces(context, plan, { ...query, metrics }, params)
  const text = `
    SELECT "metric", "bucket", ${slots}, ${totals('value')} FROM ${placed(plan, pieces, params)}
    GROUP BY GROUPING SETS (("bucket"), ("bucket", "metric"))`
  const read = columnReader(pieces.length === 0 ? undefined : await context.run(text, params.values))
  // Rows without a metric are those of all of them.
  const ofAll = bucketIndex(plan, read, { column: 'metric', value: null })
  return {
    from: query.from,
    to: query.to,
    bucketMs: plan.bucketMs,
    slotMs: plan.slotMs,
    buckets: plan.buckets,
    present: presentOf(plan, ofAll, read),
    metrics: Object.fromEntries(
      metrics.map((metric) => {
        const index = bucketIndex(plan, read, { column: 'metric', value: metric })
        return [String(metric), metricSeriesOf(index, read, 'value', false)]
      }),
    ),
  }
}

export const metricsOf: StoreQuery<
  { readonly network: number; readonly node: number } & Range,
  readonly number[]
> = async (context, query) => {
  const plan = await planSeries('metric', metricsOfRange(query), factsOf(context))
  const params = createParams()
  const pieces = metricPieces(context, plan, { network: query.network, node: query.node }, params)
  if (pieces.length === 0) return []
  const text = `SELECT DISTINCT "metric" FROM (${pieces.join(' UNION ALL ')}) AS p ORDER BY 1`
  return [...(await context.run(text, params.values)).numbers('metric')]
}
