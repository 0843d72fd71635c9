import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import type { DuckDBConnection } from '@duckdb/node-api'
import { tiers } from '@netstats/sdk/store'
import type { Tier } from '@netstats/sdk/store'
import { afterEach, describe, expect, it } from 'vitest'
import { ddlOf, schemaVersion } from './ddl.ts'
import { migrate } from './migrate.ts'
import { migrations } from './migrations/mod.ts'
import type { Migration } from './migrations/mod.ts'
import { emptyState, readRecord, writeRecord } from './record.ts'
import { query } from './statement.ts'

const recorded = (schema: number): Record<string, readonly string[]> =>
  JSON.parse(readFileSync(join(import.meta.dirname, 'migrations', `schema-${schema}.json`), 'utf8')) as Record<
    string,
    readonly string[]
  >

let opened: (() => void)[] = []
afterEach(() => {
  for (const close of opened) close()
  opened = []
})

/** A file as a schema made it, attached as `f`. */
const fileOf = async (schema: number, tier: Tier): Promise<DuckDBConnection> => {
  const instance = await DuckDBInstance.create(':memory:')
  const connection = await instance.connect()
  opened.push(() => {
    connection.closeSync()
    instance.closeSync()
  })
  await connection.run(`ATTACH ':memory:' AS f`)
  await connection.run('USE f')
  for (const statement of recorded(schema)[tier] ?? []) await connection.run(statement)
  await connection.run('USE memory')
  await writeRecord(connection, 'f', { schema, store: 's', tier, from: null, to: null }, emptyState)
  return connection
}

const steps: readonly Migration[] = [
  {
    from: 1,
    statements: (tier, alias) => (tier === 'logs' ? [`ALTER TABLE ${alias}.log ADD COLUMN facility UTINYINT`] : []),
  },
  {
    from: 2,
    statements: (tier, alias) => (tier === 'logs' ? [`UPDATE ${alias}.log SET facility = 16`] : []),
  },
]
const columnsOf = async (connection: DuckDBConnection): Promise<readonly unknown[]> => {
  const rows = await query(connection, `SELECT column_name AS c FROM duckdb_columns() WHERE table_name = 'log'`)
  return rows.values('c')
}

describe('the layout of the files', () => {
  it('is the one recorded for its number: another layout needs another number, a record and a step', () => {
    const now = Object.fromEntries(tiers.map((tier) => [tier, ddlOf(tier)]))
    expect(now).toEqual(recorded(schemaVersion))
  })

  it.each([
    [1, '6b7c5f006669cf64ac2a31bdfecb77524706ae5b99723e2886224c59e78dd5f2'],
    [2, 'fca2403c7f037b3218630e83e36443d33456782583002288a7d842ffccf2d580'],
  ])('never changes once it is recorded: %i', (schema, digest) => {
    const file = readFileSync(join(import.meta.dirname, 'migrations', `schema-${schema}.json`))
    expect(createHash('sha256').update(file).digest('hex')).toBe(digest)
  })

  it('has a step from every number before the current one', () => {
    expect(migrations.map(({ from }) => from)).toEqual(Array.from({ length: schemaVersion - 1 }, (_, i) => i + 1))
  })
})

describe('the step to schema 2', () => {
  const layoutOf = async (connection: DuckDBConnection): Promise<readonly unknown[]> => {
    const text = `SELECT table_name || '.' || column_name || ' ' || data_type || ' ' || is_nullable AS c FROM duckdb_columns()
      WHERE database_name = 'f' ORDER BY c`
    return (await query(connection, text)).values('c')
  }

  it.each(tiers)('makes of a file of schema 1 what a new one is, tier %s, and leaves its rows', async (tier) => {
    const connection = await fileOf(1, tier)
    if (tier === 'raw') await connection.run(`INSERT INTO f.metric VALUES (1, 2, 3, 4, 5.5)`)
    await migrate(connection, { alias: 'f', tier }, 1, migrations, 2)
    const migrated = await layoutOf(connection)
    expect(migrated).toEqual(await layoutOf(await fileOf(2, tier)))
    if (tier !== 'raw') return
    expect((await query(connection, 'SELECT value FROM f.metric')).values('value')).toEqual([5.5])
    expect((await query(connection, 'SELECT count(*) AS n FROM f.delivery')).values('n')).toEqual([0])
  })
})

describe('migrating a file', () => {
  it('takes every step from the schema it has, with its rows', async () => {
    const connection = await fileOf(1, 'logs')
    await connection.run(`INSERT INTO f.log VALUES (1, 1, 1, NULL, 3, 's', 'kept')`)
    await migrate(connection, { alias: 'f', tier: 'logs' }, 1, steps, 3)
    expect((await readRecord(connection, 'f', 'f', 3)).schema).toBe(3)
    const rows = await query(connection, 'SELECT message, facility FROM f.log')
    expect([rows.values('message'), rows.values('facility')]).toEqual([['kept'], [16]])
  })

  it('takes no step for a file that is of its schema already', async () => {
    const connection = await fileOf(1, 'logs')
    await migrate(connection, { alias: 'f', tier: 'logs' }, 1, steps, 1)
    expect(await columnsOf(connection)).not.toContain('facility')
  })

  it('leaves a file whole at the step before one that fails', async () => {
    const connection = await fileOf(1, 'logs')
    const broken: Migration = {
      from: 2,
      statements: (_, alias) => [`ALTER TABLE ${alias}.log DROP COLUMN message`, 'SELECT nothing'],
    }
    const first = steps[0] as Migration
    await expect(migrate(connection, { alias: 'f', tier: 'logs' }, 1, [first, broken], 3)).rejects.toThrow('nothing')
    expect((await readRecord(connection, 'f', 'f', 3)).schema).toBe(2)
    expect(await columnsOf(connection)).toEqual(expect.arrayContaining(['message', 'facility']))
  })
})
