/** Columns into a table, by data chunks: the way that costs least. */
import { setImmediate as nextTurn } from 'node:timers/promises'
import { BIGINT, BOOLEAN, DOUBLE, DuckDBDataChunk, UBIGINT, UINTEGER, UTINYINT, VARCHAR } from '@duckdb/node-api'
import type { DuckDBConnection, DuckDBType, DuckDBValue } from '@duckdb/node-api'
import type { ColumnData, ColumnType, Table, TableBatch } from '@netstats/sdk/store'

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

const cellOf = (type: ColumnType): ((value: unknown) => DuckDBValue) => {
  if (type === 'time' || type === 'count') return (value) => BigInt(value as number)
  if (type === 'bool') return (value) => value === 1
  return (value) => value as DuckDBValue
}

const cells = (
  { values, nulls }: ColumnData,
  cell: (value: unknown) => DuckDBValue,
  places: Uint32Array | undefined,
  from: number,
  count: number,
): DuckDBValue[] => {
  const out: DuckDBValue[] = Array.from({ length: count })
  for (let i = 0; i < count; i++) {
    const row = places === undefined ? from + i : (places[from + i] as number)
    out[i] = nulls?.[row] === 1 ? null : cell(values[row])
  }
  return out
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
    type: types[type],
    cell: cellOf(type),
    data: batch.columns[name] as ColumnData,
  }))
  const appender = await connection.createAppender(table.name, 'main', database)
  try {
    for (let from = 0; from < rows; from += chunkRows) {
      const count = Math.min(chunkRows, rows - from)
      const chunk = DuckDBDataChunk.create(
        columns.map((column) => column.type),
        count,
      )
      columns.forEach(({ cell, data }, i) => chunk.setColumnValues(i, cells(data, cell, places, from, count)))
      appender.appendDataChunk(chunk)
      // Between chunks, queries may send their results.
      if (from + chunkRows < rows) await nextTurn()
    }
    appender.flushSync()
  } finally {
    appender.closeSync()
  }
}
