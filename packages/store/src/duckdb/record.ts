/** What a file says of itself: whose it is, and which batch it is at. */
import type { DuckDBConnection } from '@duckdb/node-api'
import { StoreError } from '../store-errors.ts'
import type { TableName } from '../tables.ts'
import type { Tier } from '../table.ts'
import { identifier, schemaVersion, storeFormat } from './ddl.ts'
import { query } from './statement.ts'

export interface FileRecord {
  readonly schema: number
  /** Names the store: files of another one are none of ours. */
  readonly store: string
  readonly tier: Tier
  readonly from: number | null
  readonly to: number | null
}

/** Rewritten by every transaction on the file. */
export interface FileState {
  /** Number of the last batch with rows for this file; in `main.duckdb` of the last batch that is durable. */
  readonly batch: number
  /** What was there before that batch, by which it is undone. Only tables that it has rows for. */
  readonly before: {
    readonly rows: { readonly [T in TableName]?: number }
    readonly oldest: number | null
    readonly newest: number | null
  }
  /** Times of the oldest and the newest row; in `main.duckdb` the newest of all tables in all files. */
  readonly oldest: number | null
  readonly newest: number | null
  /** In `main.duckdb`: ids of the newest batches, and the highest `seq`; a store of before, or restored, does not say it. */
  readonly ids?: readonly string[]
  readonly seq?: number
}

export const emptyState: FileState = {
  batch: 0,
  before: { rows: {}, oldest: null, newest: null },
  oldest: null,
  newest: null,
}

const tablesIn = async (connection: DuckDBConnection, alias: string): Promise<ReadonlySet<string>> => {
  const rows = await query(connection, 'SELECT table_name FROM duckdb_tables() WHERE database_name = $1', [alias])
  return new Set(rows.values('table_name').map(String))
}

/** Reads what an attached file is; throws `STORE_FOREIGN` or `STORE_TOO_NEW` when it is none of ours. */
export const readRecord = async (
  connection: DuckDBConnection,
  alias: string,
  name: string,
  newest: number = schemaVersion,
): Promise<FileRecord> => {
  const found = await tablesIn(connection, alias)
  const foreign = (): StoreError =>
    new StoreError('STORE_FOREIGN', `${name} is a DuckDB file, but not one of a Netstats store.`)
  if (!found.has('netstats_file') || !found.has('netstats_state')) throw foreign()
  const rows = await query(connection, `SELECT * FROM ${identifier(alias)}.netstats_file`)
  if (rows.rows !== 1 || rows.values('format')[0] !== storeFormat) throw foreign()
  const schema = Number(rows.values('schema')[0])
  if (schema > newest) {
    throw new StoreError(
      'STORE_TOO_NEW',
      `${name} has schema ${schema}, written by a newer Netstats; this one knows schemas up to ${newest}.`,
    )
  }
  const time = (column: string): number | null => (rows.values(column)[0] ?? null) as number | null
  return {
    schema,
    store: String(rows.values('store')[0]),
    tier: String(rows.values('tier')[0]) as Tier,
    from: time('from'),
    to: time('to'),
  }
}

export const readState = async (connection: DuckDBConnection, alias: string, name: string): Promise<FileState> => {
  const rows = await query(connection, `SELECT batch, state FROM ${identifier(alias)}.netstats_state`)
  if (rows.rows !== 1) throw new StoreError('STORE_CORRUPT', `${name} does not say which batch it is at.`)
  const state = JSON.parse(String(rows.values('state')[0])) as Omit<FileState, 'batch'>
  return { ...state, batch: Number(rows.values('batch')[0]) }
}

export const writeRecord = async (
  connection: DuckDBConnection,
  alias: string,
  { schema, store, tier, from, to }: FileRecord,
  { batch, ...state }: FileState,
): Promise<void> => {
  await query(connection, `INSERT INTO ${identifier(alias)}.netstats_file VALUES ($1, $2, $3, $4, $5, $6)`, [
    storeFormat,
    schema,
    store,
    tier,
    from,
    to,
  ])
  await query(connection, `INSERT INTO ${identifier(alias)}.netstats_state VALUES ($1, $2)`, [
    batch,
    JSON.stringify(state),
  ])
}

export const writeState = async (
  connection: DuckDBConnection,
  alias: string,
  { batch, ...state }: FileState,
): Promise<void> => {
  await query(connection, `UPDATE ${identifier(alias)}.netstats_state SET batch = $1, state = $2`, [
    batch,
    JSON.stringify(state),
  ])
}
