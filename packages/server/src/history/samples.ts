/** Rows and roll-ups of what nodes say of themselves: the hottest path of the history, so rows are filled by place. */
import type { ObservationOf } from '@netstats/protocol'
import { tables } from '@netstats/sdk/store'
import type { Table } from '@netstats/sdk/store'
import type { Books, NodeBook } from './books.ts'
import type { Keys, MetricName } from './keys.ts'
import type { Pending } from './pending.ts'
import type { RollupSums } from './rollup/rollups.ts'

/** Places of a table's columns. */
export const placesOf = <T extends Table>(table: T): { readonly [K in keyof T['columns']]: number } =>
  Object.fromEntries(Object.keys(table.columns).map((name, i) => [name, i])) as { [K in keyof T['columns']]: number }

const sample = placesOf(tables.nodeSample)
const value = placesOf(tables.metric)

export interface Samples {
  stats(node: NodeBook, body: ObservationOf<'node-stats'>['body'], at: number): void
  latency(node: NodeBook, latencyMs: number, at: number): void
  roundTrip(node: NodeBook, roundTripMs: number, at: number): void
  pending(node: NodeBook, pending: number, at: number): void
  processing(node: NodeBook, processingMs: number, at: number): void
  host(node: NodeBook, body: ObservationOf<'host'>['body'], at: number): void
  metric(node: NodeBook, body: ObservationOf<'metric'>['body'], at: number): void
}

/** `name{a=1,b=2}`: labels belong to what a number is. */
export const flatName = ({ name, labels }: ObservationOf<'metric'>['body']): string => {
  const entries = Object.entries(labels ?? {})
  if (entries.length === 0) return name
  entries.sort(([a], [b]) => (a < b ? -1 : 1))
  return `${name}{${entries.map(([label, text]) => `${label}=${text}`).join()}}`
}

export interface SamplesContext {
  readonly pending: Pending
  readonly rollups: RollupSums
  readonly books: Books
  readonly keys: Keys
}

export const createSamples = ({ pending, rollups, books, keys }: SamplesContext): Samples => {
  const rows = pending.into.nodeSample
  const hostNames = new Map<string, MetricName | undefined>()

  const begin = (node: NodeBook, at: number): boolean => {
    rollups.sample(at, node.slot)
    if (!rows.begin()) return false
    rows.put(sample.at, at)
    rows.put(sample.network, node.network.name.key)
    rows.put(sample.node, node.name.key)
    return true
  }

  const note = (node: NodeBook, name: MetricName | undefined, amount: number, at: number): void => {
    if (name === undefined) return pending.giveUp('sample', 'names')
    const slot = books.seriesOf(node, name)
    if (slot === undefined) pending.giveUp('roll-up', 'names')
    else rollups.metric(at, slot, amount)
    const { metric } = pending.into
    if (!metric.begin()) return
    metric.put(value.at, at)
    metric.put(value.network, node.network.name.key)
    metric.put(value.node, node.name.key)
    metric.put(value.metric, name.key)
    metric.put(value.value, amount)
  }

  return {
    stats(node, body, at) {
      const { slot } = node
      const gasPrice = body.gasPrice === undefined ? null : Number(body.gasPrice)
      if (body.peers !== undefined) rollups.nodeValue(at, slot, 'peers', body.peers)
      if (gasPrice !== null) rollups.nodeValue(at, slot, 'gasPrice', gasPrice)
      if (body.hashrate !== undefined) rollups.nodeValue(at, slot, 'hashrate', body.hashrate)
      if (!begin(node, at)) return
      rows.put(sample.active, body.active)
      rows.put(sample.syncing, body.syncing ?? null)
      rows.put(sample.mining, body.mining ?? null)
      rows.put(sample.hashrate, body.hashrate ?? null)
      rows.put(sample.peers, body.peers ?? null)
      rows.put(sample.gasPrice, gasPrice)
      rows.put(sample.reportedUptime, body.uptime ?? null)
    },
    latency(node, said, at) {
      // As the live picture shows it: some clients' clocks run backwards.
      const latencyMs = Math.max(0, said)
      rollups.nodeValue(at, node.slot, 'latencyMs', latencyMs)
      rollups.networkDelay(at, node.network.slot, 'latencyMs', latencyMs)
      if (begin(node, at)) rows.put(sample.latencyMs, latencyMs)
    },
    roundTrip(node, said, at) {
      const roundTripMs = Math.max(0, said)
      rollups.nodeValue(at, node.slot, 'roundTripMs', roundTripMs)
      if (begin(node, at)) rows.put(sample.roundTripMs, roundTripMs)
    },
    pending(node, amount, at) {
      rollups.nodeValue(at, node.slot, 'pending', amount)
      if (begin(node, at)) rows.put(sample.pending, amount)
    },
    processing(node, said, at) {
      const processingMs = Math.max(0, said)
      rollups.nodeValue(at, node.slot, 'processingMs', processingMs)
      if (begin(node, at)) rows.put(sample.processingMs, processingMs)
    },
    host(node, body, at) {
      for (const field in body) {
        const amount = body[field as keyof typeof body]
        if (typeof amount !== 'number') continue
        let name = hostNames.get(field)
        if (name === undefined) hostNames.set(field, (name = keys.metric(`host.${field}`)))
        note(node, name, amount, at)
      }
    },
    metric: (node, body, at) => note(node, keys.metric(flatName(body)), body.value, at),
  }
}
