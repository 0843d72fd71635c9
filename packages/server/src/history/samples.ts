/** Rows and roll-ups of what nodes say of themselves: the hottest path of the history, so rows are filled by place. */
import type { ObservationOf } from '@netstats/protocol'
import { tables } from '@netstats/store'
import type { Table } from '@netstats/store'
import type { NodeIndex, NodeEntry } from './node-index.ts'
import type { OwnLatestMetrics } from './latest-values.ts'
import { flatName } from './metric-name.ts'
import type { NameIds, MetricName } from './name-ids.ts'
import type { RowBuffer } from './row-buffer.ts'
import type { Rollups } from './rollup/rollups.ts'

/** Places of a table's columns. */
export const placesOf = <T extends Table>(table: T): { readonly [K in keyof T['columns']]: number } =>
  Object.fromEntries(Object.keys(table.columns).map((name, i) => [name, i])) as { [K in keyof T['columns']]: number }

const sample = placesOf(tables.nodeSample)
const value = placesOf(tables.metric)

export interface Samples {
  stats(node: NodeEntry, body: ObservationOf<'node-stats'>['body'], at: number): void
  latency(node: NodeEntry, latencyMs: number, at: number): void
  roundTrip(node: NodeEntry, roundTripMs: number, at: number): void
  pending(node: NodeEntry, pending: number, at: number): void
  processing(node: NodeEntry, processingMs: number, at: number): void
  host(node: NodeEntry, body: ObservationOf<'host'>['body'], at: number): void
  metric(node: NodeEntry, body: ObservationOf<'metric'>['body'], at: number): void
}

/** Of what the machine tells itself; nobody's metric has it. */
const hostPrefix = 'host.'

export interface SamplesContext {
  readonly rowBuffer: RowBuffer
  readonly rollups: Rollups
  readonly index: NodeIndex
  readonly names: NameIds
  readonly latest: Pick<OwnLatestMetrics, 'set'>
}

export const createSamples = ({ rowBuffer, rollups, index, names, latest }: SamplesContext): Samples => {
  const rows = rowBuffer.into.nodeSample
  const hostNames = new Map<string, MetricName | undefined>()

  const begin = (node: NodeEntry, at: number): boolean => {
    rollups.sample(at, node.name)
    if (!rows.append()) return false
    rows.set(sample.at, at)
    rows.set(sample.network, node.network.name.number)
    rows.set(sample.node, node.name.number)
    return true
  }

  const note = (node: NodeEntry, name: MetricName | undefined, amount: number, at: number): void => {
    if (name === undefined) return rowBuffer.giveUp('sample', 'names')
    latest.set(node, name, amount, at)
    const series = index.seriesOf(node, name)
    if (series === undefined) rowBuffer.giveUp('roll-up', 'names')
    else rollups.metric(at, series, amount)
    const { metric } = rowBuffer.into
    if (!metric.append()) return
    metric.set(value.at, at)
    metric.set(value.network, node.network.name.number)
    metric.set(value.node, node.name.number)
    metric.set(value.metric, name.number)
    metric.set(value.value, amount)
  }

  return {
    stats(node, body, at) {
      const { name } = node
      const gasPrice = body.gasPrice === undefined ? null : Number(body.gasPrice)
      if (body.peers !== undefined) rollups.nodeValue(at, name, 'peers', body.peers)
      if (gasPrice !== null) rollups.nodeValue(at, name, 'gasPrice', gasPrice)
      if (body.hashrate !== undefined) rollups.nodeValue(at, name, 'hashrate', body.hashrate)
      if (!begin(node, at)) return
      rows.set(sample.active, body.active)
      rows.set(sample.syncing, body.syncing ?? null)
      rows.set(sample.mining, body.mining ?? null)
      rows.set(sample.hashrate, body.hashrate ?? null)
      rows.set(sample.peers, body.peers ?? null)
      rows.set(sample.gasPrice, gasPrice)
      rows.set(sample.reportedUptime, body.uptime ?? null)
    },
    latency(node, said, at) {
      // As the live picture shows it: some clients' clocks run backwards.
      const latencyMs = Math.max(0, said)
      rollups.nodeValue(at, node.name, 'latencyMs', latencyMs)
      rollups.networkDelay(at, node.network.name, 'latencyMs', latencyMs)
      if (begin(node, at)) rows.set(sample.latencyMs, latencyMs)
    },
    roundTrip(node, said, at) {
      const roundTripMs = Math.max(0, said)
      rollups.nodeValue(at, node.name, 'roundTripMs', roundTripMs)
      if (begin(node, at)) rows.set(sample.roundTripMs, roundTripMs)
    },
    pending(node, amount, at) {
      rollups.nodeValue(at, node.name, 'pending', amount)
      if (begin(node, at)) rows.set(sample.pending, amount)
    },
    processing(node, said, at) {
      const processingMs = Math.max(0, said)
      rollups.nodeValue(at, node.name, 'processingMs', processingMs)
      if (begin(node, at)) rows.set(sample.processingMs, processingMs)
    },
    host(node, body, at) {
      for (const field in body) {
        const amount = body[field as keyof typeof body]
        if (typeof amount !== 'number') continue
        let name = hostNames.get(field)
        if (name === undefined) hostNames.set(field, (name = names.metric(hostPrefix + field)))
        note(node, name, amount, at)
      }
    },
    metric: (node, body, at) => note(node, names.metric(flatName(body)), body.value, at),
  }
}
