/**
 * Undoing a batch in a file that has it while `main.duckdb` has not. Rows are only ever added, in the order of the
 * batches, so the last rows of a table are those of the last batch; row ids have holes after a deletion, but keep the order.
 */
import type { DuckDBConnection } from '@duckdb/node-api'
import { StoreError } from '../store-errors.ts'
import { tablesOf } from './ddl.ts'
import { writeState } from './record.ts'
import { query } from './statement.ts'
import { tableIn } from './store-file.ts'
import type { StoreFile } from './store-file.ts'

/** Row id of the first row of the last batch in each table that has any of it. */
export const boundariesOf = async (
  connection: DuckDBConnection,
  file: StoreFile,
): Promise<ReadonlyMap<string, number>> => {
  const boundaries = new Map<string, number>()
  for (const { key, table } of tablesOf(file.tier)) {
    const before = file.state.before.rows[key]
    if (before === undefined) continue
    const name = tableIn(file, table.name)
    const count = Number((await query(connection, `SELECT count(*) AS n FROM ${name}`)).values('n')[0])
    if (count < before) {
      throw new StoreError('STORE_CORRUPT', `${file.name} has lost rows of ${table.name}: ${count} of ${before}.`)
    }
    if (count === before) continue
    const rows = await query(connection, `SELECT rowid AS r FROM ${name} ORDER BY rowid LIMIT 1 OFFSET $1`, [before])
    boundaries.set(table.name, Number(rows.values('r')[0]))
  }
  return boundaries
}

/** Takes the last batch out of a file, and sets it back to the batch that `main.duckdb` is at. */
export const undo = async (
  connection: DuckDBConnection,
  file: StoreFile,
  boundaries: ReadonlyMap<string, number>,
  batch: number,
): Promise<void> => {
  const { oldest, newest } = file.state.before
  const state = { ...file.state, batch, oldest, newest, before: { rows: {}, oldest, newest } }
  await connection.run('BEGIN')
  try {
    for (const [table, boundary] of boundaries) {
      await query(connection, `DELETE FROM ${tableIn(file, table)} WHERE rowid >= $1`, [boundary])
    }
    await writeState(connection, file.alias, state)
    await connection.run('COMMIT')
  } catch (error) {
    await connection.run('ROLLBACK').catch(() => undefined)
    throw error
  }
  file.state = state
}
