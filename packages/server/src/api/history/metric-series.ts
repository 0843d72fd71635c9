/** Any metrics of one or several nodes over time, in one answer, for one chart. */
import { z } from 'zod'
import type { MetricSeries, NodeMetric, Series, SeriesRange } from '@netstats/store'
import { parseFlatName } from '../../history/metric-name.ts'
import { Problem } from '../../net/problem.ts'
import { described, endpoint, name, network } from '../endpoint.ts'
import type { Endpoint } from '../endpoint.ts'
import { named, time } from '../live-schemas.ts'
import { onPast } from './past.ts'
import type { NetworkPast } from './past.ts'
import { metricValues, unitShape } from './history-schemas.ts'
import { bucket, minuteMs, rangeParameters } from './parameters.ts'
import { seriesRangeOf } from './range.ts'
import { isNodeMetric, nodeUnit, unitOfName } from './units.ts'

const maxNodes = 20
/** The page of a machine asks for all of its metrics at once. */
const maxMetrics = 32
/** Lines in one answer; a metric with many labels has as many. */
const maxSeries = 50
/** What came in the last minutes may not be rolled up yet: it is looked for in single values. */
const unrolledMs = 5 * minuteMs
const maxFresh = 10_000
/** A name with its labels, all of them escaped. */
const longestName = 4000

/** A parameter that may be given several times. */
const several = (most: number, longest: number, what: string) =>
  z
    .union([z.string(), z.array(z.string())])
    .transform((given) => [...new Set([given].flat())])
    .pipe(z.array(z.string().min(1).max(longest)).min(1).max(most))
    .meta({ description: what, [described]: { type: 'array', items: { type: 'string' }, minItems: 1, maxItems: most } })

const parameters = {
  metric: several(
    maxMetrics,
    longestName,
    'May be given several times. A name without labels stands for all labels it has; with them, such as `disk.free{path=/}`, for these alone, and `x{}` for `x` without any.',
  ),
  ...rangeParameters('an hour before its end by default.'),
  bucket: bucket.optional(),
}

const answer = named(
  'MetricLines',
  'Metrics of nodes over time, on one line of time.',
  z.object({
    from: time,
    to: time,
    bucketMs: z.number().describe('What was used; wider than what was asked for where finer rows have expired.'),
    slotMs: z.number().describe('Width of the rows that were read.'),
    buckets: z.array(time).describe('Start of each bucket; the first holds `from`.'),
    series: z.array(
      z.object({
        node: z.string(),
        name: z.string().describe('What the node calls itself.'),
        series: z.string().describe('Metric with its labels: what to ask for it by.'),
        metric: z.string(),
        labels: z.record(z.string(), z.string()),
        unit: unitShape,
        present: z.array(z.number()).describe('Share of the slots of each bucket that have any sample, 0 to 1.'),
        ...metricValues,
      }),
    ),
    omitted: z.number().describe(`Lines beyond the first ${maxSeries}.`),
    missing: z.array(z.string()).describe('Metrics that none of the nodes has values of in the range.'),
  }),
)

interface Wanted {
  readonly node: string
  readonly nodeKey: number
  readonly own: readonly NodeMetric[]
  readonly keys: readonly number[]
}

const isMeant = (asked: string, flat: string): boolean =>
  asked.endsWith('{}') ? flat === asked.slice(0, -2) : flat === asked || parseFlatName(flat).name === asked

/** Keys of the metrics of a node that are asked for. */
const wantedOf = async (
  past: NetworkPast,
  node: string,
  metrics: readonly string[],
  range: SeriesRange,
): Promise<Wanted | Problem> => {
  const nodeKey = past.nodeKey(node)
  if (nodeKey instanceof Problem) return nodeKey
  const own = metrics.filter(isNodeMetric)
  const others = metrics.filter((one) => !isNodeMetric(one))
  if (others.length === 0) return { node, nodeKey, own, keys: [] }
  const of = { network: past.network, node: nodeKey }
  const since = Math.max(range.from, range.to - unrolledMs)
  const [rolled, fresh] = await Promise.all([
    past.store.metricsOf({ ...of, ...range }, past.options),
    past.store.latestMetrics({ ...of, from: since, to: range.to, limit: maxFresh }, past.options),
  ])
  const keys = [...new Set([...rolled, ...fresh.map(({ metric }) => metric)])]
    .map((key) => ({ key, flat: past.reader.metricOf(key) ?? '' }))
    .filter(({ flat }) => others.some((asked) => isMeant(asked, flat)))
    .toSorted((a, b) => (a.flat < b.flat ? -1 : 1))
    .map(({ key }) => key)
  return { node, nodeKey, own, keys }
}

interface Line {
  readonly wanted: Wanted
  readonly flat: string
  readonly isOwn: boolean
  readonly present: readonly number[]
  readonly values: MetricSeries
}

interface Answer {
  readonly range: SeriesRange
  readonly first: Series | undefined
  readonly lines: readonly Line[]
}

const askAll = async (past: NetworkPast, all: readonly Wanted[], range: SeriesRange): Promise<Answer> => {
  const lines: Line[] = []
  let first: Series | undefined
  for (const wanted of all) {
    const query = { network: past.network, node: wanted.nodeKey, ...range }
    const own = wanted.own.length > 0 && (await past.store.nodeSeries({ ...query, metrics: wanted.own }, past.options))
    const others =
      wanted.keys.length > 0 && (await past.store.metricSeries({ ...query, metrics: wanted.keys }, past.options))
    for (const series of [own, others]) {
      if (series === false) continue
      if (first === undefined || series.bucketMs > first.bucketMs) first = series
      for (const [metric, values] of Object.entries(series.metrics)) {
        const isOwn = series === own
        const flat = isOwn ? metric : (past.reader.metricOf(Number(metric)) ?? metric)
        lines.push({ wanted, flat, isOwn, present: series.present, values })
      }
    }
  }
  // Where the finer rows of one sort have expired, all are given as wide as those: they share their line of time.
  const bucketMs = first?.bucketMs ?? range.bucketMs
  const differ = lines.some(({ present }) => present.length !== first?.present.length)
  return differ && bucketMs > range.bucketMs ? askAll(past, all, { ...range, bucketMs }) : { range, first, lines }
}

const cutTo = (
  all: readonly Wanted[],
  most: number,
): { readonly shown: readonly Wanted[]; readonly omitted: number } => {
  let left = most
  let omitted = 0
  const shown = all.map((one) => {
    const own = one.own.slice(0, left)
    left -= own.length
    const keys = one.keys.slice(0, left)
    left -= keys.length
    omitted += one.own.length + one.keys.length - own.length - keys.length
    return { ...one, own, keys }
  })
  return { shown, omitted }
}

interface Asked {
  readonly metric: readonly string[]
  readonly from?: number | undefined
  readonly to?: number | undefined
  readonly bucket?: number | undefined
}

const linesOf = async (past: NetworkPast, nodes: readonly string[], asked: Asked): Promise<unknown> => {
  const range = seriesRangeOf(asked, past.now)
  if (range instanceof Problem) return range
  const all: Wanted[] = []
  for (const node of nodes) {
    const wanted = await wantedOf(past, node, asked.metric, range)
    if (wanted instanceof Problem) return wanted
    all.push(wanted)
  }
  const { shown, omitted } = cutTo(all, maxSeries)
  const { first, lines } = await askAll(past, shown, range)
  const found = new Set(all.flatMap(({ keys }) => keys.map((key) => past.reader.metricOf(key) ?? '')))
  const count = Math.ceil(range.to / range.bucketMs) - Math.floor(range.from / range.bucketMs)
  const begin = Math.floor(range.from / range.bucketMs) * range.bucketMs
  return {
    from: range.from,
    to: range.to,
    bucketMs: first?.bucketMs ?? range.bucketMs,
    slotMs: first?.slotMs ?? range.bucketMs,
    buckets: first?.buckets ?? Array.from({ length: count }, (_, i) => begin + i * range.bucketMs),
    series: lines.map(({ wanted: { node, nodeKey }, flat, isOwn, present, values }) => {
      const { name: metric, labels } = isOwn ? { name: flat, labels: {} } : parseFlatName(flat)
      const unit = isOwn ? nodeUnit(metric as NodeMetric) : unitOfName(metric)
      return { node, name: past.shownName(nodeKey), series: flat, metric, labels, unit, present, ...values }
    }),
    omitted,
    missing: asked.metric.filter((one) => !isNodeMetric(one) && ![...found].some((flat) => isMeant(one, flat))),
  }
}

export const metricSeriesEndpoints: readonly Endpoint[] = [
  endpoint({
    id: 'getMetricSeries',
    role: 'viewer',
    summary: 'Any metrics of several nodes over time.',
    path: '/networks/{network}/series',
    params: z.object({ network }),
    query: z.strictObject({
      node: several(maxNodes, 200, 'Ids of the nodes; may be given several times.'),
      ...parameters,
    }),
    response: answer,
    history: 'query',
    handle: (context, { network }, { node, ...asked }, options) =>
      onPast(context, network, options, (past) => linesOf(past, node, asked)),
  }),
  endpoint({
    id: 'getNodeMetricSeries',
    role: 'viewer',
    summary: 'Any metrics of a node over time.',
    path: '/networks/{network}/nodes/{node}/series',
    params: z.object({ network, node: name.describe('Id of the node, percent-encoded.') }),
    query: z.strictObject(parameters),
    response: answer,
    history: 'query',
    handle: (context, { network, node }, asked, options) =>
      onPast(context, network, options, (past) => linesOf(past, [node], asked)),
  }),
]
