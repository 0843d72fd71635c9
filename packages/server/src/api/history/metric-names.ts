/** Which metrics there are: of a node and of a network, with their newest values. */
import { z } from 'zod'
import { nodeMetrics } from '@netstats/store'
import type { NodeMetric, Range } from '@netstats/store'
import { parseFlatName } from '../../history/metric-name.ts'
import { Problem } from '../../net/problem.ts'
import type { NetworkView } from '../../shard/shard-model.ts'
import { endpoint, name, network } from '../endpoint.ts'
import type { Endpoint } from '../endpoint.ts'
import { named, number, time } from '../live-schemas.ts'
import { onPast } from './past.ts'
import type { NetworkPast } from './past.ts'
import { unitShape } from './history-schemas.ts'
import { hourMs, rangeParameters } from './parameters.ts'
import { rangeOf } from './range.ts'
import { nodeUnit, unitOfName } from './units.ts'

/** Series that are looked at for one answer. */
const maxSeries = 100_000
/** Values of one metric that are given. */
const maxValues = 1000

const labels = z.record(z.string(), z.string())
const value = number.describe('The newest; null where none is known.')
const at = number.describe('When it came, Unix milliseconds.')
const omitted = z.number().describe('How many more there are.')

const range = { from: time, to: time }
const ofNode = named(
  'NodeMetricValues',
  'Metrics of a node with their newest values.',
  z.object({
    ...range,
    metrics: z.array(
      z.object({
        name: z.string().describe('What to ask for it by.'),
        metric: z.string().describe('The name without its labels.'),
        labels,
        unit: unitShape,
        value,
        at,
      }),
    ),
  }),
)
const ofNetwork = named(
  'NetworkMetricNames',
  'Metrics of the nodes of a network.',
  z.object({
    ...range,
    metrics: z.array(
      z.object({
        metric: z.string(),
        labels: z.array(z.string()).describe('Names of its labels.'),
        unit: unitShape,
        nodes: z.number().describe('Nodes that have it.'),
        series: z.number().describe('Nodes times different labels.'),
        at,
      }),
    ),
    complete: z.boolean().describe('False where there are more series than are looked at for one answer.'),
  }),
)
const ofMetric = named(
  'MetricValues',
  'Newest values of one metric, of each node that has it.',
  z.object({
    ...range,
    metric: z.string(),
    unit: unitShape,
    values: z.array(z.object({ node: z.string(), name: z.string(), series: z.string(), labels, value, at })),
    omitted,
  }),
)

/** What the live picture has of a metric that every node has. */
const liveValue = (view: NetworkView | undefined, node: string, metric: NodeMetric): number | null => {
  // Of propagation it has one value a block.
  if (view === undefined || metric === 'propagationMs') return null
  const known = view.column(node, metric)
  return known === null || known === undefined ? null : Number(known)
}

const latest = async (past: NetworkPast, within: Range, more: { readonly node?: number } = {}) => {
  const rows = await past.store.latestMetrics(
    { network: past.network, ...within, ...more, limit: maxSeries },
    past.options,
  )
  return rows.map((row) => {
    const flat = past.reader.metricOf(row.metric) ?? `#${row.metric}`
    const { name: metric, labels } = parseFlatName(flat)
    return { ...row, flat, metric, labels }
  })
}

const byName = (a: { readonly name: string }, b: { readonly name: string }): number => (a.name < b.name ? -1 : 1)
const preset = rangeParameters('an hour before its end by default.')
const asNow = (asked: { readonly to?: number | undefined }): boolean => asked.to === undefined

export const metricNameEndpoints: readonly Endpoint[] = [
  endpoint({
    id: 'listNodeMetrics',
    role: 'viewer',
    summary: 'Metrics of a node with their newest values.',
    path: '/networks/{network}/nodes/{node}/metrics',
    params: z.object({ network, node: name.describe('Id of the node, percent-encoded.') }),
    query: z.strictObject(preset),
    response: ofNode,
    history: 'query',
    handle: (context, { network, node }, asked, options) =>
      onPast(context, network, options, async (past) => {
        const key = past.nodeKey(node)
        if (key instanceof Problem) return key
        const within = rangeOf(asked, past.now, hourMs)
        if (within instanceof Problem) return within
        const view = asNow(asked) ? context.core.network(network) : undefined
        const seenAt = (view?.column(node, 'lastSeenAt') as number | null | undefined) ?? null
        const known = await latest(past, within, { node: key })
        const own = nodeMetrics.map((metric) => {
          const amount = liveValue(view, node, metric)
          const unit = nodeUnit(metric)
          return { name: metric, metric, labels: {}, unit, value: amount, at: amount === null ? null : seenAt }
        })
        const others = known.map(({ flat, metric, labels, value, at }) => ({
          name: flat,
          metric,
          labels,
          unit: unitOfName(metric),
          value,
          at,
        }))
        return { ...within, metrics: [...own, ...others.toSorted(byName)] }
      }),
  }),
  endpoint({
    id: 'listMetrics',
    role: 'viewer',
    summary: 'Metrics of the nodes of a network, each once.',
    path: '/networks/{network}/metrics',
    params: z.object({ network }),
    query: z.strictObject(preset),
    response: ofNetwork,
    history: 'query',
    handle: (context, { network }, asked, options) =>
      onPast(context, network, options, async (past) => {
        const within = rangeOf(asked, past.now, hourMs)
        if (within instanceof Problem) return within
        const rows = await latest(past, within)
        const found = new Map<string, { nodes: Set<number>; labels: Set<string>; series: number; at: number }>()
        for (const { metric, node, labels, at } of rows) {
          let one = found.get(metric)
          if (one === undefined) found.set(metric, (one = { nodes: new Set(), labels: new Set(), series: 0, at }))
          one.nodes.add(node)
          for (const label of Object.keys(labels)) one.labels.add(label)
          one.series++
          one.at = Math.max(one.at, at)
        }
        const ids = [...(context.core.network(network)?.nodeIds() ?? [])]
        const own = nodeMetrics.map((metric) => ({
          metric,
          labels: [],
          unit: nodeUnit(metric),
          nodes: ids.length,
          series: ids.length,
          at: null,
        }))
        const others = Array.from(found, ([metric, { nodes, labels, series, at }]) => ({
          metric,
          labels: [...labels].toSorted(),
          unit: unitOfName(metric),
          nodes: nodes.size,
          series,
          at,
        }))
        others.sort((a, b) => (a.metric < b.metric ? -1 : 1))
        return { ...within, metrics: [...own, ...others], complete: rows.length < maxSeries }
      }),
  }),
  endpoint({
    id: 'getMetricValues',
    role: 'viewer',
    summary: 'Newest values of one metric, of each node that has it.',
    path: '/networks/{network}/metrics/{metric}',
    params: z.object({ network, metric: name.describe('Its name without labels, percent-encoded.') }),
    query: z.strictObject(preset),
    response: ofMetric,
    history: 'query',
    handle: (context, { network, metric }, asked, options) =>
      onPast(context, network, options, async (past) => {
        const within = rangeOf(asked, past.now, hourMs)
        if (within instanceof Problem) return within
        const view = asNow(asked) ? context.core.network(network) : undefined
        const isOwn = (nodeMetrics as readonly string[]).includes(metric)
        const values = isOwn
          ? Array.from(view?.nodeIds() ?? [], (node) => {
              const amount = liveValue(view, node, metric as NodeMetric)
              const seenAt = (view?.column(node, 'lastSeenAt') as number | null | undefined) ?? null
              const shown = view?.column(node, 'name') ?? node
              return {
                node,
                name: shown,
                series: metric,
                labels: {},
                value: amount,
                at: amount === null ? null : seenAt,
              }
            })
          : (await latest(past, within))
              .filter((row) => row.metric === metric)
              .map((row) => ({
                node: past.nodeName(row.node),
                name: past.shownName(row.node),
                series: row.flat,
                labels: row.labels,
                value: row.value,
                at: row.at,
              }))
        values.sort(byName)
        return {
          ...within,
          metric,
          unit: isOwn ? nodeUnit(metric as NodeMetric) : unitOfName(metric),
          values: values.slice(0, maxValues),
          omitted: Math.max(0, values.length - maxValues),
        }
      }),
  }),
]
