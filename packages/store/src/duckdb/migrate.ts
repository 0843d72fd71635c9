/** Brings a file up to the schema of this code, step by step, each in a transaction of its own. */
import type { DuckDBConnection } from '@duckdb/node-api'
import { schemaVersion } from './ddl.ts'
import { migrations } from './migrations/mod.ts'
import type { Migration } from './migrations/migration.ts'
import { query } from './statement.ts'
import type { StoreFile } from './store-file.ts'
import { identifier } from './ddl.ts'

export const migrate = async (
  connection: DuckDBConnection,
  { alias, tier }: Pick<StoreFile, 'alias' | 'tier'>,
  from: number,
  steps: readonly Migration[] = migrations,
  to: number = schemaVersion,
): Promise<void> => {
  for (let schema = from; schema < to; schema++) {
    const step = steps.find((one) => one.from === schema)
    if (!step) throw new Error(`there is no step from schema ${schema}`)
    await connection.run('BEGIN')
    try {
      for (const statement of step.statements(tier, identifier(alias))) await connection.run(statement)
      await query(connection, `UPDATE ${identifier(alias)}.netstats_file SET schema = $1`, [schema + 1])
      await connection.run('COMMIT')
    } catch (error) {
      await connection.run('ROLLBACK').catch(() => undefined)
      throw error
    }
  }
}
