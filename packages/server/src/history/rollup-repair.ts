/**
 * Completes the roll-ups that a crash has left behind: what they lack of the rows below them is written first. Exact for
 * all that is also kept as rows. Not brought back is what is only looked at or worked out while a bucket is open: a
 * network's gauges and block times of its last 10 s, and how far behind its nodes were in their last minute.
 */
import { randomUUID } from 'node:crypto'
import { rollupWidths } from '@netstats/store'
import type { Catalog, RollupTable, Store } from '@netstats/store'

/** The finer before what is made of it. */
const order = [
  'network10s',
  'network1m',
  'network1h',
  'node1m',
  'node1h',
  'metric1m',
  'metric1h',
] as const satisfies readonly RollupTable[]

/** Buckets before the newest one that are looked at: increments come late, but not by more. */
const lateBuckets = 2
/** Buckets looked at in all, should a roll-up end long before the newest row. */
const maxBuckets = 30
const timeoutMs = 60_000

export const repairRollups = async (store: Store, { newestAt, rolled }: Catalog): Promise<void> => {
  if (newestAt === null) return
  for (const table of order) {
    const width = rollupWidths[table]
    const start = (time: number): number => time - (time % width)
    const newest = start(newestAt)
    const from = Math.min(newest, rolled[table] ?? newest) - lateBuckets * width
    const range = { from: Math.max(0, newest - maxBuckets * width, from), to: newest + width }
    const lacking = await store.unrolled({ table, ...range }, { timeoutMs })
    if (lacking.rows > 0) await store.write({ [table]: lacking }, randomUUID())
  }
}
