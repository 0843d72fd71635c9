import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import type { DuckDBConnection } from '@duckdb/node-api'
import { tiers } from '../table.ts'
import type { Tier } from '../table.ts'
import { afterEach, describe, expect, it } from 'vitest'
import { ddlOf, schemaVersion } from './ddl.ts'
import { migrate } from './migrate.ts'
import { migrations } from './migrations/mod.ts'
import type { Migration } from './migrations/migration.ts'
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
    [3, '11ad686dff24d8cc5dd0190be1f4d3558a5733f4bc525040145aaafed19b0643'],
    [4, '6811389e8cfebed4993c8e256e7c8cb98b018f8b2882e23f86287d8a66cfc6bd'],
    [5, 'b10db39dca79a8fbeb1eabb99da1890ebe7a156113acd9aeca80e8003d03e318'],
    [6, '82a57762b11aeeb70965f072938b3df961a0405ecab312ef0e22bbc240af42a6'],
    [7, 'bc5c791cd3846595dfee76e9ad0a3b897fda9530cb32f589ef16b77d35c3a187'],
    [8, '5d339a0fe68eb22c0b9cc1391d4bed528e5b215ccb929273c5a174dc0da4c0c4'],
  ])('never changes once it is recorded: %i', (schema, digest) => {
    const file = readFileSync(join(import.meta.dirname, 'migrations', `schema-${schema}.json`))
    expect(createHash('sha256').update(file).digest('hex')).toBe(digest)
  })

  it('has a step from every number before the current one', () => {
    expect(migrations.map(({ from }) => from)).toEqual(Array.from({ length: schemaVersion - 1 }, (_, i) => i + 1))
  })
})

const layoutOf = async (connection: DuckDBConnection): Promise<readonly unknown[]> => {
  const text = `SELECT table_name || '.' || column_name || ' ' || data_type || ' ' || is_nullable AS c FROM duckdb_columns()
    WHERE database_name = 'f' ORDER BY c`
  return (await query(connection, text)).values('c')
}

describe('the step to schema 2', () => {
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

describe('the step to schema 3', () => {
  it.each(tiers)('lets facts of blocks be unknown, tier %s, and leaves the rows', async (tier) => {
    const connection = await fileOf(2, tier)
    const row = "1, 1, 7, 8, '0x8', '0x7', 9, '0xaa', 0, 0, 1, 2, NULL, NULL, '2', NULL, NULL, NULL, NULL, NULL"
    if (tier === 'kept') await connection.run(`INSERT INTO f.block VALUES (${row})`)
    await migrate(connection, { alias: 'f', tier }, 2, migrations, 3)
    expect(await layoutOf(connection)).toEqual(await layoutOf(await fileOf(3, tier)))
    if (tier !== 'kept') return
    await connection.run(
      `INSERT INTO f.block VALUES (${row.replace("'0xaa', 0, 0, 1, 2", 'NULL, NULL, NULL, NULL, NULL')})`,
    )
    expect((await query(connection, 'SELECT miner FROM f.block')).values('miner')).toEqual(['0xaa', null])
  })
})

describe('the step to schema 4', () => {
  it.each(tiers)('makes of a file of schema 3 what a new one is, tier %s', async (tier) => {
    const connection = await fileOf(3, tier)
    await migrate(connection, { alias: 'f', tier }, 3, migrations, 4)
    expect(await layoutOf(connection)).toEqual(await layoutOf(await fileOf(4, tier)))
  })

  it('tells alarms of the server from those of agents, which had no mark', async () => {
    const connection = await fileOf(3, 'kept')
    for (const [seq, alarm, type] of [
      [1, 'node-inactive/1337/a', 'node-inactive'],
      [2, 'disk-full', 'disk-full'],
      [3, 'node-inactive/1337/a', 'disk-full'],
    ] as const)
      await connection.run(`INSERT INTO f.alarm VALUES (1, ${seq}, 1, 1, '${alarm}', 'raised', 4, '${type}', 'm')`)
    await migrate(connection, { alias: 'f', tier: 'kept' }, 3, migrations, 4)
    const rows = await query(connection, 'SELECT seq, origin FROM f.alarm ORDER BY seq')
    expect([rows.values('seq'), rows.values('origin')]).toEqual([
      [1, 2, 3],
      ['server', 'node', 'node'],
    ])
  })
})

describe('the step to schema 5', () => {
  it.each(tiers)('makes of a file of schema 4 what a new one is, tier %s', async (tier) => {
    const connection = await fileOf(4, tier)
    await migrate(connection, { alias: 'f', tier }, 4, migrations, 5)
    expect(await layoutOf(connection)).toEqual(await layoutOf(await fileOf(5, tier)))
  })
})

describe('the step to schema 6', () => {
  it.each(tiers)('makes of a file of schema 5 what a new one is, tier %s, and leaves its rows', async (tier) => {
    const connection = await fileOf(5, tier)
    if (tier === 'raw')
      await connection.run(`INSERT INTO f.delivery VALUES (1, 2, 3, 'a', 1, 1, 's', 1, 9, 9, 0, 0, 0, NULL, 1, NULL)`)
    await migrate(connection, { alias: 'f', tier }, 5, migrations, 6)
    expect(await layoutOf(connection)).toEqual(await layoutOf(await fileOf(6, tier)))
    if (tier !== 'raw') return
    const rows = await query(connection, 'SELECT through, lives FROM f.delivery')
    expect([rows.values('through'), rows.values('lives')]).toEqual([[9], [null]])
  })
})

describe('the step to schema 7', () => {
  it.each(tiers)('makes of a file of schema 6 what a new one is, tier %s', async (tier) => {
    const connection = await fileOf(6, tier)
    await migrate(connection, { alias: 'f', tier }, 6, migrations, 7)
    expect(await layoutOf(connection)).toEqual(await layoutOf(await fileOf(7, tier)))
  })
})

describe('the step to schema 8', () => {
  it.each(tiers)('makes of a file of schema 7 what a new one is, tier %s, and leaves its rows', async (tier) => {
    const connection = await fileOf(7, tier)
    if (tier === 'logs') await connection.run(`INSERT INTO f.log VALUES (1, 1, 1, NULL, 3, 's', 'kept')`)
    await migrate(connection, { alias: 'f', tier }, 7, migrations, 8)
    expect(await layoutOf(connection)).toEqual(await layoutOf(await fileOf(8, tier)))
    if (tier !== 'logs') return
    const rows = await query(connection, 'SELECT message, component, fields FROM f.log')
    expect(['message', 'component', 'fields'].map((name) => rows.values(name))).toEqual([['kept'], [null], [null]])
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
