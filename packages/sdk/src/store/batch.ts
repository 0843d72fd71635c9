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

export interface TableBuilder<T extends Table = Table> {
  readonly rows: number
  /** Rough size in memory, bytes. */
  readonly bytes: number
  add(row: RowOf<T>): void
  take(): TableBatch
}

interface Growing {
  readonly name: string
  readonly type: ColumnType
  values: Float64Array | Uint32Array | Uint8Array | BigUint64Array | string[]
  nulls: Uint8Array | undefined
}

const firstCapacity = 256

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

const grown = (column: Growing, capacity: number): void => {
  const { values, type } = column
  if (Array.isArray(values)) return
  const larger = allocate(type, capacity) as Float64Array
  larger.set(values as Float64Array)
  column.values = larger
}

export const createTableBuilder = <T extends Table>(table: T): TableBuilder<T> => {
  const definitions = Object.entries<Column>(table.columns)
  let capacity = firstCapacity
  let rows = 0
  let textBytes = 0
  const begin = (): Growing[] =>
    definitions.map(([name, { type }]) => ({ name, type, values: allocate(type, capacity), nulls: undefined }))
  let columns = begin()
  const rowBytes = definitions.reduce((sum, [, { type }]) => sum + (type === 'u8' || type === 'bool' ? 1 : 8), 0)

  const put = (column: Growing, value: string | number | bigint | boolean | null): void => {
    const { values } = column
    if (value === null) {
      if (column.nulls === undefined) column.nulls = new Uint8Array(capacity)
      column.nulls[rows] = 1
      if (Array.isArray(values)) values.push('')
    } else if (Array.isArray(values)) {
      values.push(value as string)
      textBytes += 2 * (value as string).length
    } else if (values instanceof BigUint64Array) values[rows] = value as bigint
    else values[rows] = value as number
  }

  return {
    get rows() {
      return rows
    },
    get bytes() {
      return rows * rowBytes + textBytes
    },
    add(row) {
      if (rows === capacity) {
        capacity *= 2
        for (const column of columns) {
          grown(column, capacity)
          if (column.nulls === undefined) continue
          const nulls = new Uint8Array(capacity)
          nulls.set(column.nulls)
          column.nulls = nulls
        }
      }
      for (let i = 0; i < columns.length; i++) {
        const column = columns[i] as Growing
        put(column, (row as Readonly<Record<string, string | number | bigint | boolean | null>>)[column.name] as never)
      }
      rows++
    },
    take() {
      const taken: TableBatch = {
        rows,
        columns: Object.fromEntries(
          columns.map(({ name, values, nulls }) => [name, nulls === undefined ? { values } : { values, nulls }]),
        ),
      }
      // About what the last one needed, so that a quiet table holds little.
      capacity = Math.max(firstCapacity, 2 ** Math.ceil(Math.log2(Math.max(1, rows))))
      rows = 0
      textBytes = 0
      columns = begin()
      return taken
    },
  }
}

/** The eight bytes of a hash that tables join by. */
export const hash64Of = (hash: string): bigint => BigInt(hash.slice(0, 18))
