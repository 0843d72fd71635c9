/**
 * Resume points were rows of `delivery` in the files of raw rows, appended with each batch; now each stream has one row in
 * `main.duckdb`. They are brought there in one transaction, before any other file changes.
 */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { DuckDBConnection } from '@duckdb/node-api'
import { attach, detach, inspect } from '../attach.ts'
import { literal } from '../ddl.ts'
import { tierOfName } from '../periods.ts'
import { readState } from '../record.ts'
import type { Migration } from './migration.ts'

/** Old rows of all files that may still count, and how many rows of that table each file has. */
const deliveries = 'temp.main.deliveries_before'
const counts = 'temp.main.deliveries_counted'

const deliveryColumns =
  'seq BIGINT, since BIGINT, stream UINTEGER, agent VARCHAR, network UINTEGER, node UINTEGER, spool VARCHAR, "firstAt" BIGINT, through BIGINT, received BIGINT, duplicates BIGINT, missing BIGINT, holes BIGINT, elsewhere BIGINT, missed VARCHAR, "takenAt" BIGINT, counted BIGINT, mark BIGINT, lives VARCHAR'

const temporaryTables = [
  `CREATE TEMP TABLE IF NOT EXISTS deliveries_before (${deliveryColumns})`,
  'CREATE TEMP TABLE IF NOT EXISTS deliveries_counted (name VARCHAR, rows BIGINT)',
]
export const beginDeliveries = async (connection: DuckDBConnection): Promise<void> => {
  for (const statement of temporaryTables) await connection.run(statement)
}
export const endDeliveries = async (connection: DuckDBConnection): Promise<void> => {
  for (const table of [deliveries, counts]) await connection.run(`DROP TABLE IF EXISTS ${table}`)
}

/** Adds old rows of one file: its newest complete list of streams and what is newer. Columns that it lacks are null. */
export const takeDeliveries = (connection: DuckDBConnection, relation: string): Promise<unknown> =>
  connection.run(`
    INSERT INTO ${deliveries} BY NAME SELECT * EXCLUDE ("at") FROM ${relation} AS d
    WHERE "seq" >= (SELECT coalesce(max("since"), 0) FROM ${relation} AS l)`)

/** Of each stream the newest row, with the newest names its number had. */
export const insertResumePoints = (alias: string): string => `
  INSERT INTO ${alias}."resume_point" BY NAME
  WITH told AS (
    SELECT * FROM ${deliveries} WHERE seq >= (SELECT coalesce(max(since), 0) FROM ${deliveries})
  ),
  last AS (SELECT DISTINCT ON (stream) * FROM told ORDER BY stream, seq DESC),
  named AS (SELECT DISTINCT ON (stream) * FROM told WHERE agent IS NOT NULL ORDER BY stream, seq DESC)
  SELECT last.stream, named.agent, named.network, named.node, named.spool,
    coalesce(named."firstAt", last."takenAt") AS "firstAt", last.through, last.received, last.duplicates, last.missing,
    last.holes, coalesce(last.elsewhere, 0) AS elsewhere, last.missed, last."takenAt",
    coalesce(last.counted, last.received) AS counted, last.mark, named.lives
  FROM last JOIN named USING (stream) WHERE last.through > 0`

const columns = [
  '"stream" UINTEGER NOT NULL',
  '"agent" VARCHAR NOT NULL',
  '"network" UINTEGER NOT NULL',
  '"node" UINTEGER NOT NULL',
  '"spool" VARCHAR NOT NULL',
  '"firstAt" BIGINT NOT NULL',
  '"through" BIGINT NOT NULL',
  '"received" BIGINT NOT NULL',
  '"duplicates" BIGINT NOT NULL',
  '"missing" BIGINT NOT NULL',
  '"holes" BIGINT NOT NULL',
  '"elsewhere" BIGINT NOT NULL',
  '"missed" VARCHAR',
  '"takenAt" BIGINT NOT NULL',
  '"counted" BIGINT NOT NULL',
  '"mark" BIGINT',
  '"lives" VARCHAR',
]

export const addResumePoints: Migration = {
  from: 6,
  statements: (tier, alias) => {
    if (tier === 'raw') return [`DROP TABLE ${alias}."delivery"`]
    if (tier !== 'kept') return []
    return [
      ...temporaryTables,
      `CREATE TABLE ${alias}."resume_point" (${columns.join(', ')})`,
      insertResumePoints(alias),
      // What `main.duckdb` knows of a file no longer counts these rows.
      `UPDATE ${alias}.netstats_files AS f SET rows = f.rows - d.rows FROM ${counts} AS d WHERE f.name = d.name`,
    ]
  },
}

/** Reads the old rows of all raw files of a store, as they were with the last batch that `main.duckdb` has. */
export const readDeliveries = async (
  connection: DuckDBConnection,
  directory: string,
  { store, batch }: { readonly store: string; readonly batch: number },
): Promise<void> => {
  await beginDeliveries(connection)
  for (const name of readdirSync(directory).filter((one) => tierOfName(one) === 'raw')) {
    const path = join(directory, name)
    // Opening the store tells of a file that is damaged or foreign.
    const record = await inspect(connection, path, name).catch(() => undefined)
    if (record === undefined || record.store !== store || !schemas.includes(record.schema)) continue
    await attach(connection, path, alias, { readOnly: true })
    try {
      const state = await readState(connection, alias, name)
      const before = (state.before.rows as Readonly<Record<string, number>>)['delivery']
      const table = `${alias}."delivery"`
      const isAhead = state.batch > batch && before !== undefined
      const relation = isAhead ? `(SELECT * FROM ${table} ORDER BY rowid LIMIT ${before})` : table
      await takeDeliveries(connection, relation)
      await connection.run(`INSERT INTO ${counts} SELECT ${literal(name)}, count(*) FROM ${relation} AS d`)
    } finally {
      await detach(connection, alias)
    }
  }
}

const alias = 'older'
/** Schemas whose raw files have the table. */
const schemas = [2, 3, 4, 5, 6]
