/** Values across the border to DuckDB: parameters in, results out by columns. */
import { BIGINT, BOOLEAN, DOUBLE, SQLNULL, UBIGINT, VARCHAR } from '@duckdb/node-api'
import type { DuckDBDataChunk, DuckDBPreparedStatement, DuckDBType, DuckDBValue } from '@duckdb/node-api'
import { StoreError } from '../store-errors.ts'
import type { SqlColumns, SqlValue } from '../query.ts'

const parameter = (value: SqlValue): readonly [DuckDBValue, DuckDBType] => {
  if (value === null) return [null, SQLNULL]
  if (typeof value === 'string') return [value, VARCHAR]
  if (typeof value === 'boolean') return [value, BOOLEAN]
  if (typeof value === 'bigint') return [value, value < 0n ? BIGINT : UBIGINT]
  // As a double it would turn the column beside it into doubles, row by row.
  return Number.isSafeInteger(value) ? [BigInt(value), BIGINT] : [value, DOUBLE]
}

export const bind = (statement: DuckDBPreparedStatement, params: readonly SqlValue[]): void => {
  if (params.length === 0) return
  const pairs = params.map(parameter)
  statement.bind(
    pairs.map(([value]) => value),
    pairs.map(([, type]) => type),
  )
}

/** Rough size of a chunk as values, bytes. */
export const sizeOfChunk = (chunk: DuckDBDataChunk): number => chunk.rowCount * chunk.columnCount * 16

const plain = (value: DuckDBValue, unsigned: boolean): SqlValue => {
  if (value === null || typeof value === 'string' || typeof value === 'boolean' || typeof value === 'number') {
    return value
  }
  if (typeof value === 'bigint') return unsigned ? value : Number(value)
  // Decimals, which literals such as 0.5 are.
  return Number(String(value))
}

export const createColumns = (names: readonly string[], chunks: readonly DuckDBDataChunk[]): SqlColumns => {
  const rows = chunks.reduce((sum, chunk) => sum + chunk.rowCount, 0)
  const indexOf = (name: string): number => {
    const index = names.indexOf(name)
    if (index < 0) throw new StoreError('STORE_FAILED', `The result has no column ${name}.`)
    return index
  }
  const each = (name: string, put: (value: DuckDBValue, row: number, type: DuckDBType) => void): void => {
    const index = indexOf(name)
    let row = 0
    for (const chunk of chunks) chunk.visitColumnValues(index, (value, _row, _column, type) => put(value, row++, type))
  }
  return {
    rows,
    values(name) {
      const values = Array.from<SqlValue>({ length: rows })
      each(name, (value, row, type) => {
        values[row] = plain(value, type === UBIGINT)
      })
      return values
    },
    numbers(name) {
      const values = new Float64Array(rows)
      each(name, (value, row) => {
        values[row] = value === null ? Number.NaN : Number(typeof value === 'object' ? String(value) : value)
      })
      return values
    },
    bigints(name) {
      const values = new BigUint64Array(rows)
      each(name, (value, row) => {
        values[row] = typeof value === 'bigint' ? value : 0n
      })
      return values
    },
  }
}
