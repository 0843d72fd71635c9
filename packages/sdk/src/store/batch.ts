/**
 * Rows in columns, growing. One builder a table lives as long as its writer: `take` hands the columns over and begins
 * anew, so that they can be moved to another thread.
 */
import type { Column, ColumnType, RowOf, Table } from './table.ts'

export type ColumnValues = Float64Array | Uint32Array | Uint8Array | BigUint64Array | readonly string[]

export interface ColumnData {
  readonly values: ColumnValues
  /** 1 where the value is null; absent where the column has none. */
  readonly nulls?: Uint8Array
}

/** The rows of one table. Arrays may be longer than `rows`. */
export interface TableBatch {
  readonly rows: number
  readonly columns: Readonly<Record<string, ColumnData>>
}

/** Rows of several tables that are written together or not at all; keys are those of `tables`. */
export type StoreBatch = Readonly<Record<string, TableBatch>>

export type CellValue = string | number | bigint | boolean | null

export interface TableBuilder<T extends Table = Table> {
  readonly rows: number
  /** Rough size in memory, bytes. */
  readonly bytes: number
  add(row: RowOf<T>): void
  /**
   * The same without an object, for tables with thousands of rows a second: `begin` adds a row that is null where it may
   * be, else 0 or empty; `put` fills a value in by the place of its column in the table.
   */
  begin(): void
  readonly put: (column: number, value: CellValue) => void
  take(): TableBatch
}

interface Growing {
  readonly name: string
  readonly type: ColumnType
  values: Float64Array | Uint32Array | Uint8Array | BigUint64Array | string[]
  /** Null until said otherwise; undefined where the column can not be null. */
  nulls: Uint8Array | undefined
  filled: number
}

const firstCapacity = 32

const allocate = (type: ColumnType, capacity: number): Growing['values'] => {
  switch (type) {
    case 'time':
    case 'count':
    case 'f64':
      return new Float64Array(capacity)
    case 'u32':
      return new Uint32Array(capacity)
    case 'u8':
    case 'bool':
      return new Uint8Array(capacity)
    case 'hash64':
      return new BigUint64Array(capacity)
    case 'text':
      return []
  }
}

const grow = (column: Growing, capacity: number): void => {
  if (column.nulls !== undefined) {
    const nulls = new Uint8Array(capacity).fill(1)
    nulls.set(column.nulls)
    column.nulls = nulls
  }
  const { values, type } = column
  if (Array.isArray(values)) return
  const larger = allocate(type, capacity) as Float64Array
  larger.set(values as Float64Array)
  column.values = larger
}

const sizes: Readonly<Record<ColumnType, number>> = {
  time: 8,
  count: 8,
  f64: 8,
  u32: 4,
  u8: 1,
  bool: 1,
  hash64: 8,
  text: 8,
}

export const createTableBuilder = <T extends Table>(table: T): TableBuilder<T> => {
  const definitions = Object.entries<Column>(table.columns)
  let capacity = firstCapacity
  let rows = 0
  let textBytes = 0
  const anew = (): Growing[] =>
    definitions.map(([name, { type, nullable }]) => ({
      name,
      type,
      values: allocate(type, capacity),
      nulls: nullable ? new Uint8Array(capacity).fill(1) : undefined,
      filled: 0,
    }))
  let columns = anew()
  const texts = definitions.flatMap(([, { type }], i) => (type === 'text' ? [i] : []))
  const rowBytes = definitions.reduce((sum, [, { type, nullable }]) => sum + sizes[type] + (nullable ? 1 : 0), 0)

  const builder: TableBuilder<T> = {
    get rows() {
      return rows
    },
    get bytes() {
      return rows * rowBytes + textBytes
    },
    begin() {
      if (rows === capacity) {
        capacity *= 2
        for (const column of columns) grow(column, capacity)
      }
      for (let i = 0; i < texts.length; i++) ((columns[texts[i] as number] as Growing).values as string[]).push('')
      rows++
    },
    // One store a sort of array: a single one for all sorts costs ten times as much.
    put(index, value) {
      if (value === null) return
      const column = columns[index] as Growing
      const row = rows - 1
      switch (column.type) {
        case 'time':
        case 'count':
        case 'f64':
          ;(column.values as Float64Array)[row] = value as number
          break
        case 'u32':
          ;(column.values as Uint32Array)[row] = value as number
          break
        case 'u8':
        case 'bool':
          ;(column.values as Uint8Array)[row] = value as number
          break
        case 'hash64':
          ;(column.values as BigUint64Array)[row] = value as bigint
          break
        case 'text':
          ;(column.values as string[])[row] = value as string
          textBytes += 2 * (value as string).length
          break
      }
      if (column.nulls === undefined) return
      column.nulls[row] = 0
      column.filled++
    },
    add(row) {
      builder.begin()
      for (let i = 0; i < columns.length; i++)
        builder.put(i, (row as Readonly<Record<string, CellValue>>)[(columns[i] as Growing).name] as CellValue)
    },
    take() {
      const taken: TableBatch = {
        rows,
        columns: Object.fromEntries(
          columns.map(({ name, values, nulls, filled }) => [
            name,
            nulls === undefined || filled === rows ? { values } : { values, nulls },
          ]),
        ),
      }
      // About what the last one needed, so that a quiet table holds little.
      capacity = Math.max(firstCapacity, 2 ** Math.ceil(Math.log2(Math.max(1, rows))))
      rows = 0
      textBytes = 0
      columns = anew()
      return taken
    },
  }
  return builder
}
