// What batch number n holds: the same whenever it is asked, so that an oracle needs no copy.
import { createTableBuilder } from '../src/batch.ts'
import { tables } from '../src/tables.ts'
import type { Retention } from '../src/store-admin.ts'
import type { RowOf } from '../src/table.ts'
import type { StoreBatch, TableBatch } from '../src/batch.ts'
import type { Tables } from '../src/tables.ts'

const minute = 60_000
const hour = 60 * minute
export const retention: Retention = {
  raw: 8 * hour,
  logs: 16 * hour,
  seconds: 24 * hour,
  minutes: 48 * hour,
  hours: 96 * hour,
}

/** Clock of batch n: five minutes each, so that files change every few batches. */
export const clockOf = (n: number): number => Date.UTC(2026, 0, 1) + n * 5 * minute

/** Tables that are written to; the number of a batch stands in a column of each. */
export const written = [
  { key: 'nodeSample', batch: 'node', time: 'at' },
  { key: 'blockSeen', batch: 'node', time: 'at' },
  { key: 'log', batch: 'seq', time: 'at' },
  { key: 'network10s', batch: 'network', time: 'bucket' },
  { key: 'metric1m', batch: 'node', time: 'bucket' },
  { key: 'metric1h', batch: 'node', time: 'bucket' },
  { key: 'reorg', batch: 'seq', time: 'at' },
] as const
export type WrittenTable = (typeof written)[number]['key']

/** Rows of a table in batch n, by time: most of now, in some batches also of an hour and a half ago. */
export const countsOf = (key: WrittenTable, n: number): ReadonlyMap<number, number> => {
  const place = written.findIndex((one) => one.key === key)
  const size = ((n * 31 + place * 17) % 23) * (place < 2 ? 120 : 3)
  const counts = new Map<number, number>()
  if (size > 0 && (n + place) % 5 !== 0) counts.set(clockOf(n), size)
  if ((n + place) % 7 === 0) counts.set(clockOf(n) - 90 * minute, 5)
  return counts
}

const fill = <K extends WrittenTable>(key: K, n: number, row: (at: number) => RowOf<Tables[K]>): TableBatch => {
  const builder = createTableBuilder<Tables[K]>(tables[key])
  for (const [at, count] of countsOf(key, n)) for (let i = 0; i < count; i++) builder.add(row(at))
  return builder.take()
}

const zeros = Object.fromEntries(
  Object.entries(tables.network10s.columns).map(([name, column]) => [name, column.nullable ? null : 0]),
) as RowOf<Tables['network10s']>

export const batchOf = (n: number): StoreBatch => ({
  nodeSample: fill('nodeSample', n, (at) => ({
    at,
    network: 1,
    node: n,
    active: true,
    syncing: false,
    mining: null,
    hashrate: null,
    peers: n % 50,
    gasPrice: null,
    reportedUptime: null,
    latencyMs: Math.random() * 1000,
    roundTripMs: null,
    pending: null,
    processingMs: null,
  })),
  blockSeen: fill('blockSeen', n, (at) => ({
    at,
    network: 1,
    node: n,
    number: n,
    hash64: BigInt.asUintN(64, BigInt(Math.floor(Math.random() * 2 ** 53)) * 2_654_435_761n),
    delayMs: n % 3 === 0 ? null : n % 500,
  })),
  log: fill('log', n, (at) => ({
    at,
    seq: n,
    network: 1,
    node: null,
    severity: 4,
    source: 'proof',
    message: 'x'.repeat(n % 300),
    component: null,
    fields: n % 3 === 0 ? null : JSON.stringify({ n: String(n) }),
  })),
  network10s: fill('network10s', n, (bucket) => ({ ...zeros, bucket, network: n })),
  metric1m: fill('metric1m', n, (bucket) => ({ bucket, network: 1, node: n, metric: 1, n: 1, sum: 1, min: 1, max: 1 })),
  metric1h: fill('metric1h', n, (bucket) => ({ bucket, network: 1, node: n, metric: 1, n: 1, sum: 1, min: 1, max: 1 })),
  reorg: fill('reorg', n, (at) => ({ at, seq: n, network: 1, number: n, hash: '0x00', depth: 1 })),
})
