/** A folder of schema 6, as it was left or in the middle of a batch, is opened: each stream goes on where it was. */
import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import type { DuckDBConnection } from '@duckdb/node-api'
import { describe, expect, it } from 'vitest'
import type { Tier } from '../../table.ts'
import { emptyState, writeRecord } from '../record.ts'
import type { FileState } from '../record.ts'
import { beginRoster } from '../roster.ts'
import type { KnownFile } from '../roster.ts'
import { oldDelivery as old, oldResumePoint as point } from '../test-support/deliveries.ts'
import { createPlaces, hour, noon } from '../test-support/places.ts'

const place = createPlaces()
const ddl = JSON.parse(readFileSync(join(import.meta.dirname, 'schema-6.json'), 'utf8')) as Record<string, string[]>
const rawNow = 'raw-2026-01-15T12-3h'
const rawBefore = 'raw-2026-01-15T09-3h'

interface OldFile {
  readonly tier: Tier
  readonly from: number | null
  readonly to: number | null
  readonly state: Partial<FileState>
  readonly rows?: readonly string[]
  readonly roster?: readonly KnownFile[]
}

const makeOld = async (path: string, { tier, from, to, state, rows = [], roster }: OldFile): Promise<void> => {
  const instance = await DuckDBInstance.create(':memory:')
  const connection: DuckDBConnection = await instance.connect()
  await connection.run(`ATTACH '${path}' AS f`)
  await connection.run('USE f')
  for (const statement of ddl[tier] ?? []) await connection.run(statement)
  await connection.run('USE memory')
  await writeRecord(connection, 'f', { schema: 6, store: 's', tier, from, to }, { ...emptyState, ...state })
  if (roster !== undefined) await connection.run(beginRoster('f', roster))
  for (const row of rows) await connection.run(`INSERT INTO f.delivery VALUES (${row})`)
  await connection.run('DETACH f')
  connection.closeSync()
  instance.closeSync()
}

const kept = (name: string, batch: number, rows: number): KnownFile => ({
  name: `${name}.duckdb`,
  batch,
  rows,
  state: 'kept',
  trouble: null,
})

const before = noon - 2 * hour
const olderRows = [
  old(1, 9, 90, { at: before, agent: 'forgotten' }),
  old(2, 1, 10, { at: before, agent: 'a', since: 2 }),
  old(3, 2, 20, { at: before, agent: 'b' }),
]

const folder = async (now: readonly string[], state: Partial<FileState>) => {
  const one = place()
  mkdirSync(one.directory)
  const roster = [kept(rawBefore, 3, olderRows.length), kept(rawNow, 5, 2)]
  await makeOld(join(one.directory, 'main.duckdb'), {
    tier: 'kept',
    from: null,
    to: null,
    state: { batch: 5, newest: noon },
    roster,
  })
  const period = { tier: 'raw', to: noon } as const
  await makeOld(join(one.directory, `${rawBefore}.duckdb`), {
    ...period,
    from: noon - 3 * hour,
    state: { batch: 3, oldest: before, newest: before },
    rows: olderRows,
  })
  await makeOld(join(one.directory, `${rawNow}.duckdb`), {
    ...period,
    from: noon,
    to: noon + 3 * hour,
    state: { batch: 5, oldest: noon, newest: noon, ...state },
    rows: now,
  })
  return one
}

const rowsNow = [old(4, 1, 11), old(5, 3, 30, { agent: 'c' })]

describe('resume points of a store of schema 6', () => {
  it('are brought to the main file, and every file is as it was left', async () => {
    const { open } = await folder(rowsNow, {})
    const store = await open()
    const points = await store.resumePoints()
    expect(points).toEqual([
      { ...point(1, 'a', 11), takenAt: noon },
      { ...point(2, 'b', 20), takenAt: before },
      { ...point(3, 'c', 30), takenAt: noon },
    ])
    expect(await store.condition()).toEqual([])
    await store[Symbol.asyncDispose]()
    const again = await open()
    expect(await again.resumePoints()).toEqual(points)
    expect(await again.condition()).toEqual([])
    expect((await again.verify()).findings.filter(({ severity }) => severity === 'error')).toEqual([])
  })

  it('do not count rows of a batch that the main file has not', async () => {
    const { open } = await folder([...rowsNow, old(6, 1, 12)], {
      batch: 6,
      before: { rows: { delivery: 2 } as never, oldest: noon, newest: noon },
    })
    const store = await open()
    expect((await store.resumePoints()).map(({ through }) => through)).toEqual([11, 20, 30])
    expect(await store.condition()).toEqual([])
  })
})
