/** One statement and its whole result. */
import type { DuckDBConnection, DuckDBDataChunk } from '@duckdb/node-api'
import { StoreError } from '../store-errors.ts'
import type { SqlColumns, SqlValue } from '../query.ts'
import { bind, createColumns, sizeOfChunk } from './values.ts'

export interface StatementLimits {
  /** Runs the part in which the statement meets the files: it sees what is committed then. */
  readonly begin?: <T>(prepare: () => Promise<T>) => Promise<T>
  /** Size of the result; beyond it `STORE_QUERY_MEMORY`. */
  readonly resultBytes?: number
}

export const query = async (
  connection: DuckDBConnection,
  text: string,
  params: readonly SqlValue[] = [],
  { begin = (prepare) => prepare(), resultBytes = Number.POSITIVE_INFINITY }: StatementLimits = {},
): Promise<SqlColumns> => {
  const statement = await begin(() => connection.prepare(text))
  try {
    bind(statement, params)
    const result = await statement.stream()
    const chunks: DuckDBDataChunk[] = []
    let bytes = 0
    for (
      let chunk = await result.fetchChunk();
      chunk !== null && chunk.rowCount > 0;
      chunk = await result.fetchChunk()
    ) {
      bytes += sizeOfChunk(chunk)
      if (bytes > resultBytes) {
        throw new StoreError('STORE_QUERY_MEMORY', `The result is larger than ${resultBytes} bytes: ask for less.`)
      }
      chunks.push(chunk)
    }
    return createColumns(result.columnNames(), chunks)
  } finally {
    statement.destroySync()
  }
}
