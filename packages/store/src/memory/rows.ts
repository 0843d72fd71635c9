import { createTableBuilder } from '../batch.ts'
import type { CellValue, StoreBatch, TableBatch } from '../batch.ts'
import type { RowOf, Table } from '../table.ts'
import { tables } from '../tables.ts'
import type { TableName, Tables } from '../tables.ts'

/** Rows by table. */
export type StoreRows = { readonly [T in TableName]?: readonly RowOf<Tables[T]>[] }

/** The rows of a batch as plain objects. Throws where the batch is not one of the table. */
export const rowsOf = <T extends Table>(table: T, batch: TableBatch): RowOf<T>[] => {
  const columns = Object.entries(table.columns).map(([name, { type, nullable }]) => {
    const data = batch.columns[name]
    if (data === undefined) throw new TypeError(`${table.name} has no column ${name}`)
    if (data.values.length < batch.rows) throw new TypeError(`${table.name}.${name} is too short`)
    return (row: number): readonly [string, CellValue] => {
      if (data.nulls?.[row] === 1) {
        if (!nullable) throw new TypeError(`${table.name}.${name} is null`)
        return [name, null]
      }
      const value = data.values[row] as string | number | bigint
      return [name, type === 'bool' ? value === 1 : value]
    }
  })
  return Array.from(
    { length: batch.rows },
    (_, row) => Object.fromEntries(columns.map((read) => read(row))) as RowOf<T>,
  )
}

/** Gives rows without a `seq` the next numbers, as `numberRows` does. Returns the highest. */
export const numberAll = (rows: readonly object[], from: number): number => {
  const numbered = (rows as readonly { seq?: number }[]).filter(({ seq }) => seq !== undefined)
  let highest = numbered.reduce((most, { seq }) => Math.max(most, seq ?? 0), from)
  for (const row of numbered) if (row.seq === 0) row.seq = ++highest
  return highest
}

type AnyRow = Readonly<Record<string, CellValue>>

/** The rows of a table that has one of each, after others were written. */
export const replaced = (
  { by, unless }: NonNullable<Table['replace']>,
  before: readonly object[],
  written: readonly object[],
): readonly object[] => {
  const kept = new Map((before as readonly AnyRow[]).map((row) => [row[by], row]))
  for (const row of written as readonly AnyRow[]) {
    kept.delete(row[by])
    if (row[unless] !== 0) kept.set(row[by], row)
  }
  return [...kept.values()]
}

/** Rows as a batch to write. */
export const storeBatchOf = (rows: StoreRows): StoreBatch =>
  Object.fromEntries(
    Object.entries(rows).map(([name, list]) => {
      const builder = createTableBuilder<Table>(tables[name as TableName])
      for (const row of list) builder.add(row)
      return [name, builder.take()]
    }),
  )
