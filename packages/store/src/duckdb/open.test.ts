import { spawnSync } from 'node:child_process'
import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import { describe, expect, it } from 'vitest'
import { batchAt, createPlaces, digests, hour, noon, seqsOf } from './test-support/places.ts'

const place = createPlaces()
const rawNow = 'raw-2026-01-15T12-3h.duckdb'
const rawBefore = 'raw-2026-01-15T09-3h.duckdb'

const sql = async (path: string, ...statements: readonly string[]): Promise<void> => {
  const instance = await DuckDBInstance.create(path)
  const connection = await instance.connect()
  for (const statement of statements) await connection.run(statement)
  connection.closeSync()
  instance.closeSync()
}

/** Spoils a file, at once or soon. */
type Spoil = (path: string) => unknown

/** A store with two batches in it, closed. */
const filled = async () => {
  const one = place()
  const store = await one.open()
  await store.write(batchAt(1, noon - 3 * hour))
  await store.write(batchAt(2, noon))
  await store[Symbol.asyncDispose]()
  return one
}

describe('a folder that is no store, or not one of ours', () => {
  it.each<{ readonly what: string; readonly code: string; readonly spoil: Spoil }>([
    {
      what: 'damaged',
      code: 'STORE_CORRUPT',
      spoil: (path: string) => {
        const bytes = readFileSync(path)
        bytes.fill(0x5a, 4096, 12_288)
        writeFileSync(path, bytes)
      },
    },
    { what: 'cut short', code: 'STORE_CORRUPT', spoil: (path: string) => truncateSync(path, 6000) },
    { what: 'empty', code: 'STORE_CORRUPT', spoil: (path: string) => truncateSync(path, 0) },
    { what: 'no database', code: 'STORE_FOREIGN', spoil: (path: string) => writeFileSync(path, 'words '.repeat(9999)) },
    { what: 'gone', code: 'STORE_CORRUPT', spoil: (path: string) => rmSync(path) },
    {
      what: 'of a newer schema',
      code: 'STORE_TOO_NEW',
      spoil: (path: string) => sql(path, 'UPDATE netstats_file SET schema = 99'),
    },
    {
      what: 'of somebody else',
      code: 'STORE_FOREIGN',
      spoil: async (path: string) => {
        rmSync(path)
        await sql(path, 'CREATE TABLE mine (x INTEGER)', 'INSERT INTO mine VALUES (1)')
      },
    },
  ])('is left byte for byte when main.duckdb is $what', async ({ code, spoil }) => {
    const { directory, open } = await filled()
    await spoil(join(directory, 'main.duckdb'))
    writeFileSync(join(directory, 'raw-2026-01-15T09-3h.duckdb.new'), 'half of a file')
    const before = digests(directory)
    await expect(open()).rejects.toMatchObject({ code, retryable: false })
    expect(digests(directory)).toEqual(before)
  })

  it('is left byte for byte when its database has a log that was not written through', async () => {
    const { directory, open } = place()
    mkdirSync(directory, { recursive: true })
    const path = join(directory, 'theirs.duckdb')
    const instance = await DuckDBInstance.create(path)
    const connection = await instance.connect()
    await connection.run('CREATE TABLE mine (x INTEGER)')
    for (const ending of ['', '.wal']) copyFileSync(path + ending, join(directory, `main.duckdb${ending}`))
    connection.closeSync()
    instance.closeSync()
    const before = digests(directory)
    await expect(open()).rejects.toMatchObject({ code: 'STORE_FOREIGN' })
    expect(digests(directory)).toEqual(before)
  })

  it('is refused while this process, or another, has it open', async () => {
    const { directory, open } = await filled()
    const store = await open()
    await expect(open()).rejects.toMatchObject({ code: 'STORE_IN_USE', retryable: true })
    const program = join(import.meta.dirname, 'test-support', 'open-child.ts')
    const child = spawnSync(process.execPath, [program, directory], { encoding: 'utf8' })
    expect(child.stderr).toBe('')
    expect(child.stdout).toContain('STORE_IN_USE')
    expect(child.stdout).toContain(`process ${process.pid}`)
    // The other one has done no harm.
    await store.write(batchAt(3, noon))
    expect(await seqsOf(store, 'alarm')).toEqual([1, 2, 3])
  })
})

describe('a store with a period file that cannot be used', () => {
  it.each<{ readonly what: string; readonly reason: RegExp; readonly spoil: Spoil }>([
    { what: 'damaged', reason: /damaged|Corrupt/, spoil: (path: string) => truncateSync(path, 6000) },
    {
      what: 'no database',
      reason: /not a database/,
      spoil: (path: string) => writeFileSync(path, 'words '.repeat(9999)),
    },
    {
      what: 'newer',
      reason: /newer/,
      spoil: (path: string) => sql(path, 'UPDATE netstats_file SET schema = 99'),
    },
    {
      what: 'of another store',
      reason: /another store/,
      spoil: (path: string) => sql(path, `UPDATE netstats_file SET store = 'other'`),
    },
    {
      what: 'of another tier',
      reason: /something else/,
      spoil: (path: string) => sql(path, `UPDATE netstats_file SET tier = 'logs'`),
    },
    {
      what: 'from the future of main.duckdb',
      reason: /at batch/,
      spoil: (path: string) => sql(path, 'UPDATE netstats_state SET batch = 9'),
    },
  ])('opens without it, says why, and leaves it as it is ($what)', async ({ reason, spoil }) => {
    const { directory, open } = await filled()
    await spoil(join(directory, rawBefore))
    const before = digests(directory)[rawBefore]
    const store = await open()
    expect(await seqsOf(store, 'nodeSample')).toEqual([2])
    expect(await seqsOf(store, 'log')).toEqual([1, 2])
    const file = (await store.info()).files.find(({ name }) => name === rawBefore)
    expect(file).toMatchObject({ state: 'unusable', tier: 'raw', reason: expect.stringMatching(reason) as string })
    // Rows of that time go to a file of their own.
    await store.write(batchAt(3, noon - 3 * hour))
    expect(await seqsOf(store, 'nodeSample')).toEqual([2, 3])
    await store[Symbol.asyncDispose]()
    expect(digests(directory)[rawBefore]).toBe(before)
    expect(readdirSync(directory)).toContain('raw-2026-01-15T09-3h.2.duckdb')
    expect(await seqsOf(await open(), 'nodeSample')).toEqual([2, 3])
  })
})

describe('what a process that ended left behind', () => {
  it('is removed when the store is opened', async () => {
    const { directory, open } = await filled()
    const left = [
      'raw-2026-01-15T15-3h.duckdb.new',
      'raw-2026-01-15T15-3h.duckdb.new.wal',
      'raw-2026-01-15T06-3h.duckdb.wal',
    ]
    for (const name of left) writeFileSync(join(directory, name), 'half of a file')
    writeFileSync(join(directory, 'tmp', 'export-1.parquet'), 'half of an export')
    const store = await open()
    expect(await seqsOf(store, 'alarm')).toEqual([1, 2])
    expect(readdirSync(directory).filter((name) => left.includes(name))).toEqual([])
    expect(readdirSync(join(directory, 'tmp'))).toEqual([])
  })
})

describe('a store whose retention is changed', () => {
  it('reads and fills the files it has, and makes new ones of the new length', async () => {
    const { directory, open } = await filled()
    const week = { raw: 96 * hour, logs: hour, seconds: hour, minutes: hour, hours: hour }
    const store = await open({ retention: week })
    await store.write(batchAt(3, noon + 1, noon - 20 * hour))
    expect(await seqsOf(store, 'nodeSample')).toEqual([1, 2, 3, 3])
    expect(readdirSync(directory).filter((name) => /^raw.*duckdb$/.test(name))).toEqual([
      'raw-2026-01-14T12-12h.duckdb',
      rawBefore,
      rawNow,
    ])
  })
})
