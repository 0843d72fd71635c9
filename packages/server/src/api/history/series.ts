/** Numbers over time. */
import { z } from 'zod'
import { networkMetrics } from '@netstats/store'
import type { NetworkMetric, NodeMetric, Series } from '@netstats/store'
import { endpoint, name, network } from '../endpoint.ts'
import type { Endpoint } from '../endpoint.ts'
import { Problem } from '../../net/problem.ts'
import { onPast } from './past.ts'
import type { NetworkPast } from './past.ts'
import { bucket, dayMs, rangeParameters } from './parameters.ts'
import { rangeOf, seriesRangeOf } from './range.ts'
import { metricList, networkSeries, nodeSeries } from './history-schemas.ts'
import { isNodeMetric, networkMetricList, networkUnit, nodeMetricList, nodeUnit, unitOfName } from './units.ts'
import type { Unit } from './units.ts'

const maxMetrics = 20
const seriesParameters = {
  ...rangeParameters('an hour before its end by default.'),
  bucket: bucket.optional(),
}

const splitList = (text: string): readonly string[] => [...new Set(text.split(','))]

const oneOf = networkMetrics.join('|')
const ofNetwork = z
  .string()
  .regex(
    new RegExp(`^(${oneOf})(,(${oneOf})){0,40}$`),
    `expected names out of ${networkMetrics.join(', ')}, with commas`,
  )
  .transform((text) => splitList(text) as readonly NetworkMetric[])
  .optional()
  .describe('Names with commas between them; `nodes,active,blockTimeMs,latencyMs,propagationMs` by default.')
const presetOfNetwork: readonly NetworkMetric[] = ['nodes', 'active', 'blockTimeMs', 'latencyMs', 'propagationMs']

const ofNode = z
  .string()
  .regex(/^[^,]{1,200}(,[^,]{1,200}){0,19}$/, `expected at most ${maxMetrics} names with commas between them`)
  .transform(splitList)
  .optional()
  .describe('Names with commas between them, either of every node or by which its metrics go, such as `host.cpuShare`.')
const presetOfNode: readonly NodeMetric[] = ['peers', 'latencyMs', 'propagationMs', 'behind']

const shown = (
  series: Series,
  nameOf: (metric: string) => string,
  unitOf: (metric: string) => Unit | null,
): object => ({
  from: series.from,
  to: series.to,
  bucketMs: series.bucketMs,
  slotMs: series.slotMs,
  buckets: series.buckets,
  present: series.present,
  metrics: Object.fromEntries(
    Object.entries(series.metrics).map(([metric, values]) => [nameOf(metric), { unit: unitOf(metric), ...values }]),
  ),
})

const same = (metric: string): string => metric

/** Keys of metrics that go by name. */
const metricKeys = ({ reader }: NetworkPast, names: readonly string[]): readonly number[] | Problem => {
  const mixed = names.find(isNodeMetric)
  if (mixed !== undefined) {
    const message = `"${mixed}" is a metric of every node and the others go by name; ask for them apart`
    return new Problem('API_PARAMETER_INVALID', `metrics: ${message}`, { errors: [{ parameter: 'metrics', message }] })
  }
  const keys: number[] = []
  for (const one of names) {
    const key = reader.metricKey(one)
    if (key === undefined) {
      return new Problem(
        'API_METRIC_UNKNOWN',
        `No metric "${one}" was ever reported; …/history/metrics?node= lists them.`,
      )
    }
    keys.push(key)
  }
  return keys
}

export const seriesEndpoints: readonly Endpoint[] = [
  endpoint({
    id: 'getNetworkHistory',
    role: 'viewer',
    summary: 'Numbers of a network over time.',
    path: '/networks/{network}/history',
    params: z.object({ network }),
    query: z.strictObject({ metrics: ofNetwork, ...seriesParameters }),
    response: networkSeries,
    history: 'query',
    handle: (context, { network }, { metrics = presetOfNetwork, ...asked }, options) =>
      onPast(context, network, options, async (past) => {
        const range = seriesRangeOf(asked, past.now)
        if (range instanceof Problem) return range
        const series = await past.store.networkSeries({ network: past.network, metrics, ...range }, past.options)
        return { network, ...shown(series, same, (metric) => networkUnit(metric as NetworkMetric)) }
      }),
  }),
  endpoint({
    id: 'getNodeHistory',
    role: 'viewer',
    summary: 'Numbers of a node over time.',
    path: '/networks/{network}/history/nodes/{node}',
    params: z.object({ network, node: name.describe('Id of the node, percent-encoded.') }),
    query: z.strictObject({ metrics: ofNode, ...seriesParameters }),
    response: nodeSeries,
    history: 'query',
    handle: (context, { network, node }, { metrics = presetOfNode, ...asked }, options) =>
      onPast(context, network, options, async (past) => {
        const key = past.nodeKey(node)
        if (key instanceof Problem) return key
        const range = seriesRangeOf(asked, past.now)
        if (range instanceof Problem) return range
        const query = { network: past.network, node: key, ...range }
        if (metrics.every(isNodeMetric)) {
          const series = await past.store.nodeSeries({ ...query, metrics }, past.options)
          return { network, node, ...shown(series, same, (metric) => nodeUnit(metric as NodeMetric)) }
        }
        const keys = metricKeys(past, metrics)
        if (keys instanceof Problem) return keys
        const series = await past.store.metricSeries({ ...query, metrics: keys }, past.options)
        const nameOf = (metric: string): string => past.reader.metricOf(Number(metric)) ?? metric
        return { network, node, ...shown(series, nameOf, (metric) => unitOfName(nameOf(metric))) }
      }),
  }),
  endpoint({
    id: 'listHistoryMetrics',
    role: 'viewer',
    summary: 'Metrics that can be asked for, with their units.',
    path: '/networks/{network}/history/metrics',
    params: z.object({ network }),
    query: z.strictObject({
      node: name.optional().describe('Also the metrics this node had values of in the range.'),
      ...rangeParameters('a day before its end by default.'),
    }),
    response: metricList,
    history: 'query',
    handle: (context, { network }, { node, ...asked }, options) =>
      onPast(context, network, options, async (past) => {
        const range = rangeOf(asked, past.now, dayMs)
        if (range instanceof Problem) return range
        const all = { network: networkMetricList, node: nodeMetricList }
        if (node === undefined) return { ...all, named: null }
        const key = past.nodeKey(node)
        if (key instanceof Problem) return key
        const keys = await past.store.metricsOf({ network: past.network, node: key, ...range }, past.options)
        const names = keys.map((one) => past.reader.metricOf(one)).filter((one) => one !== undefined)
        return { ...all, named: names.toSorted().map((one) => ({ name: one, unit: unitOfName(one) })) }
      }),
  }),
]
