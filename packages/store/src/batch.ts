/**
 * Rows in growing columns. A table has one builder for the lifetime of its writer: `take` hands the columns over and
 * starts with new ones, so that they can be moved to another thread.
 */
import type { Column, ColumnType, RowOf, Table } from './table.ts'

export type ColumnValues = Float64Array | Uint32Array | Uint8Array | BigUint64Array | readonly string[]

export interface ColumnData {
  readonly values: ColumnValues
  /** 1 if the value is null; absent if no value is. */
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

/** A row to be written. The store numbers it where it has no `seq`. */
export type NewRow<T extends Table> = RowOf<T> | Omit<RowOf<T>, 'seq'>

export interface TableBuilder<T extends Table = Table> {
  readonly rows: number
  /** Rough size in memory, bytes. */
  readonly bytes: number
  add(row: NewRow<T>): void
  /**
   * The same without an object, for tables with thousands of rows a second: `append` adds a row whose columns are null,
   * or 0 or empty if they cannot be null; `set` sets a column by its place in the table.
   */
  append(): void
  readonly set: (column: number, value: CellValue) => void
  take(): TableBatch
}

interface Growing {
  readonly name: string
  readonly type: ColumnType
  values: Float64Array | Uint32Array | Uint8Array | BigUint64Array | string[]
  /** 1 until a value is set; undefined if the column cannot be null. */
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

/** Gives each row without a `seq` the next number after `from` and after those that have one. Returns the highest. */
export const numberRows = (batch: StoreBatch, from: number): number => {
  const columns = Object.values(batch).flatMap(({ rows, columns: { seq } }) =>
    seq?.values instanceof Float64Array ? [seq.values.subarray(0, rows)] : [],
  )
  let seq = columns.reduce((most, values) => values.reduce((a, b) => Math.max(a, b), most), from)
  for (const values of columns) for (let i = 0; i < values.length; i++) if (values[i] === 0) values[i] = ++seq
  return seq
}

const emptyColumns = (definitions: readonly (readonly [string, Column])[], capacity: number): Growing[] =>
  definitions.map(([name, { type, nullable }]) => ({
    name,
    type,
    values: allocate(type, capacity),
    nulls: nullable ? new Uint8Array(capacity).fill(1) : undefined,
    filled: 0,
  }))

const dataOf = ({ values, nulls, filled }: Growing, rows: number): ColumnData =>
  nulls === undefined || filled === rows ? { values } : { values, nulls }

export const createTableBuilder = <T extends Table>(table: T): TableBuilder<T> => {
  const definitions = Object.entries<Column>(table.columns)
  let capacity = firstCapacity
  let rows = 0
  let textBytes = 0
  let columns = emptyColumns(definitions, capacity)
  const texts = definitions.flatMap(([, { type }], i) => (type === 'text' ? [i] : []))
  const rowBytes = definitions.reduce((sum, [, { type, nullable }]) => sum + sizes[type] + (nullable ? 1 : 0), 0)

  const builder: TableBuilder<T> = {
    get rows() {
      return rows
    },
    get bytes() {
      return rows * rowBytes + textBytes
    },
    append() {
      if (rows === capacity) {
        capacity *= 2
        for (const column of columns) grow(column, capacity)
      }
      for (let i = 0; i < texts.length; i++) ((columns[texts[i] as number] as Growing).values as string[]).push('')
      rows++
    },
    // One assignment for each sort of array: a single one for all sorts takes ten times as long.
    set(index, value) {
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
      builder.append()
      for (let i = 0; i < columns.length; i++)
        builder.set(i, (row as Readonly<Record<string, CellValue>>)[(columns[i] as Growing).name] ?? null)
    },
    take() {
      const taken = { rows, columns: Object.fromEntries(columns.map((column) => [column.name, dataOf(column, rows)])) }
      // About what the last one needed, so that a quiet table holds little.
      capacity = Math.max(firstCapacity, 2 ** Math.ceil(Math.log2(Math.max(1, rows))))
      rows = 0
      textBytes = 0
      columns = emptyColumns(definitions, capacity)
      return taken
    },
  }
  return builder
}
