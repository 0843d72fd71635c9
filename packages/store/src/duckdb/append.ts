/**
 * Columns into a table, by data chunks: the way that costs least. What is a number here is one there, so whole columns
 * are copied; cell by cell, most of the time went into marking the many cells that are null.
 */
import { setImmediate as nextTurn } from 'node:timers/promises'
import { BIGINT, BOOLEAN, DOUBLE, DuckDBDataChunk, UBIGINT, UINTEGER, UTINYINT, VARCHAR } from '@duckdb/node-api'
import type { DuckDBConnection, DuckDBType } from '@duckdb/node-api'
import duckdb from '@duckdb/node-bindings'
import type { Vector } from '@duckdb/node-bindings'
import type { ColumnData, TableBatch } from '../batch.ts'
import type { ColumnType, Table } from '../table.ts'

const types: { readonly [T in ColumnType]: DuckDBType } = {
  time: BIGINT,
  count: BIGINT,
  u32: UINTEGER,
  u8: UTINYINT,
  f64: DOUBLE,
  bool: BOOLEAN,
  hash64: UBIGINT,
  text: VARCHAR,
}
/** Rows in a chunk of DuckDB. */
const chunkRows = 2048

/** Which rows of a batch go into the chunk: `count` from `from` on, of `places` where there are some. */
interface Rows {
  readonly places: Uint32Array | undefined
  readonly from: number
  readonly count: number
}

type Plain = Float64Array | Uint32Array | Uint8Array | BigUint64Array

/** The chosen values, one after the other. */
const chosen = <T extends Plain>(values: T, { places, from, count }: Rows): T => {
  if (places === undefined) return values.subarray(from, from + count) as T
  const out = new (values.constructor as new (length: number) => T)(count)
  for (let i = 0; i < count; i++) out[i] = values[places[from + i] as number] as never
  return out
}

const words = new Uint32Array(2 * chunkRows)

/** Whole numbers of at most 53 bits as those of 64 bits, without making a bigint of each. */
const wide = (values: Float64Array): Uint32Array => {
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number
    const high = Math.floor(value / 2 ** 32)
    words[2 * i] = value - high * 2 ** 32
    words[2 * i + 1] = high
  }
  return words.subarray(0, 2 * values.length)
}

const copy = (vector: Vector, { buffer, byteOffset, byteLength }: Plain): void =>
  duckdb.copy_data_to_vector(vector, 0, buffer as ArrayBuffer, byteOffset, byteLength)

/** One bit a row, set where there is a value. The engine takes them 64 at a time. */
const bits = new Uint8Array(chunkRows / 8)

const copyNulls = (vector: Vector, nulls: Uint8Array, rows: Rows): void => {
  const flags = chosen(nulls, rows)
  bits.fill(0)
  let missing = 0
  for (let i = 0; i < flags.length; i++) {
    if (flags[i] === 1) missing++
    else bits[i >>> 3] = (bits[i >>> 3] as number) | (1 << (i & 7))
  }
  if (missing === 0) return
  duckdb.vector_ensure_validity_writable(vector)
  duckdb.copy_data_to_vector_validity(vector, 0, bits.buffer, 0, Math.ceil(flags.length / 64) * 8)
}

const copyTexts = (vector: Vector, values: readonly string[], nulls: Uint8Array | undefined, rows: Rows): void => {
  const { places, from, count } = rows
  for (let i = 0; i < count; i++) {
    const row = places === undefined ? from + i : (places[from + i] as number)
    if (nulls?.[row] !== 1) duckdb.vector_assign_string_element(vector, i, values[row] as string)
  }
}

/** The engine takes any other byte than 0 and 1 for neither. */
const flagsOf = (values: Uint8Array): Uint8Array => values.map((value) => (value === 1 ? 1 : 0))

const plainOf = (type: ColumnType, values: Plain): Plain => {
  if (type === 'time' || type === 'count') return wide(values as Float64Array)
  return type === 'bool' ? flagsOf(values as Uint8Array) : values
}

const fill = (vector: Vector, type: ColumnType, { values, nulls }: ColumnData, rows: Rows): void => {
  if (type === 'text') copyTexts(vector, values as readonly string[], nulls, rows)
  else copy(vector, plainOf(type, chosen(values as Plain, rows)))
  if (nulls !== undefined) copyNulls(vector, nulls, rows)
}

/** Appends rows within the connection's transaction. `places` chooses rows; `rows` is how many they are. */
export const appendRows = async (
  connection: DuckDBConnection,
  database: string,
  table: Table,
  batch: TableBatch,
  { rows, places }: { readonly rows: number; readonly places: Uint32Array | undefined },
): Promise<void> => {
  const columns = Object.entries(table.columns).map(([name, { type }]) => ({
    type,
    data: batch.columns[name] as ColumnData,
  }))
  const columnTypes = columns.map(({ type }) => types[type])
  const appender = await connection.createAppender(table.name, 'main', database)
  try {
    for (let from = 0; from < rows; from += chunkRows) {
      const count = Math.min(chunkRows, rows - from)
      const chunk = DuckDBDataChunk.create(columnTypes, count)
      columns.forEach(({ type, data }, i) =>
        fill(duckdb.data_chunk_get_vector(chunk.chunk, i), type, data, { places, from, count }),
      )
      appender.appendDataChunk(chunk)
      // Between chunks, queries may send their results.
      if (from + chunkRows < rows) await nextTurn()
    }
    appender.flushSync()
  } finally {
    appender.closeSync()
  }
}
