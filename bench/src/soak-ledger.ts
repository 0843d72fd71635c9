/** Counts acknowledged rows by table and second, and compares them with what the store says it has. */
import { tables } from '@netstats/store'
import type { Retention, StoreBatch, StoreInfo, Table } from '@netstats/store'

export interface Ledger {
  /** Counts a batch that is about to be written; the function it gives says that it is durable. */
  write(batch: StoreBatch): () => void
  /** What is wrong, a sentence each; nothing where all is as acknowledged. */
  compare(info: StoreInfo, retention: Retention, now: number): readonly string[]
  readonly acknowledged: number
}

interface Kept {
  /** Rows by second. */
  readonly bySecond: Map<number, number>
  rows: number
}

export const createLedger = (): Ledger => {
  const kept = new Map<string, Kept>()
  let acknowledged = 0
  const definitions: readonly (readonly [string, Table])[] = Object.entries(tables)

  const countsOf = (table: Table, batch: StoreBatch[string]): Map<number, number> => {
    const counts = new Map<number, number>()
    const times = table.time === null ? undefined : (batch.columns[table.time]?.values as Float64Array)
    for (let i = 0; i < batch.rows; i++) {
      const second = times === undefined ? 0 : Math.floor((times[i] ?? 0) / 1000)
      counts.set(second, (counts.get(second) ?? 0) + 1)
    }
    return counts
  }

  return {
    get acknowledged() {
      return acknowledged
    },
    write: (batch) => {
      // Counted now: the store may move the columns away.
      const counted = definitions.flatMap(([key, table]) => {
        const rows = batch[key]
        return rows === undefined ? [] : [{ name: table.name, rows: rows.rows, counts: countsOf(table, rows) }]
      })
      return () => {
        for (const { name, rows, counts } of counted) {
          const entry = kept.get(name) ?? { bySecond: new Map<number, number>(), rows: 0 }
          kept.set(name, entry)
          entry.rows += rows
          acknowledged += rows
          for (const [second, n] of counts) entry.bySecond.set(second, (entry.bySecond.get(second) ?? 0) + n)
        }
      }
    },
    compare: (info, retention, now) =>
      definitions.flatMap(([, table]) => {
        const entry = kept.get(table.name)
        const found = info.tables.find(({ name }) => name === table.name)
        if (entry === undefined) return []
        if (found === undefined) return [`${table.name}: the store does not know it`]
        if (table.tier === 'kept' || table.time === null) {
          return found.rows === entry.rows ? [] : [`${table.name}: ${found.rows} rows of ${entry.rows}`]
        }
        const seconds = [...entry.bySecond.keys()]
        const newest = Math.max(...seconds)
        const oldest = Math.min(...seconds)
        const keptFrom = Math.floor((now - retention[table.tier]) / 1000)
        const expired = newest < keptFrom
        if (found.from === null || found.to === null) {
          return expired ? [] : [`${table.name}: nothing is there of ${entry.rows} rows`]
        }
        const faults: string[] = []
        const first = Math.floor(found.from / 1000)
        // Whole files expire, so there may be older rows than need be, and none newer may be missing.
        if (first > Math.max(oldest, keptFrom) + 60 && first > oldest) {
          faults.push(`${table.name}: rows before ${new Date(found.from).toISOString()} are gone too early`)
        }
        let expected = 0
        for (const [second, n] of entry.bySecond) if (second >= first) expected += n
        if (found.rows !== expected) faults.push(`${table.name}: ${found.rows} rows of ${expected} since its oldest`)
        return faults
      }),
  }
}
