/** Collects rows of all tables and hands them over as one batch. */
import { createTableBuilder, tables } from '@netstats/store'
import type { RowOf, StoreBatch, TableBuilder, TableName, Tables } from '@netstats/store'

export interface Batcher {
  add<T extends TableName>(table: T, row: RowOf<Tables[T]>): void
  readonly rows: number
  /** All rows since the last call, and how many of each table. */
  take(): { readonly batch: StoreBatch; readonly rows: Readonly<Record<string, number>> }
}

export const createBatcher = (): Batcher => {
  const builders = new Map(Object.entries(tables).map(([name, table]) => [name, createTableBuilder(table)])) as Map<
    string,
    TableBuilder
  >
  let rows = 0
  return {
    add: (table, row) => {
      rows++
      ;(builders.get(table) as TableBuilder).add(row)
    },
    get rows() {
      return rows
    },
    take: () => {
      const filled = [...builders].filter(([, builder]) => builder.rows > 0)
      const counts = Object.fromEntries(filled.map(([name, builder]) => [name, builder.rows]))
      rows = 0
      return { batch: Object.fromEntries(filled.map(([name, builder]) => [name, builder.take()])), rows: counts }
    },
  }
}
