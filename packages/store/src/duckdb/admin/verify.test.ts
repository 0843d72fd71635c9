import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import type { Store } from '../../store.ts'
import type { StoreAdmin } from '../../store-admin.ts'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openDuckStore } from '../mod.ts'
import { restoreBackup } from './restore.ts'
import { batchOf, now, retention, rowCountAfter } from './testing/rows.ts'

const folder = mkdtempSync(join(tmpdir(), 'netstats-verify-'))
const backup = join(folder, 'backup')
let folders = 0
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const open = (directory: string): Promise<Store & StoreAdmin> =>
  openDuckStore({ directory, retention, now: () => now, threads: 1 })
beforeAll(async () => {
  await using store = await open(join(folder, 'history'))
  for (let i = 0; i < 2; i++) await store.write(batchOf(i, 500))
  await store.backup(backup)
})

const newStore = async (): Promise<string> => {
  const directory = join(folder, `${++folders}`, 'history')
  await restoreBackup({ from: backup, directory, force: false, now: () => now })
  return directory
}
const fileOf = (directory: string, tier: string): string =>
  readdirSync(directory).findLast((name) => name.startsWith(tier)) as string
/** What no writer of ours does, with the file's own tools. */
const change = async (directory: string, tier: string, ...statements: readonly string[]): Promise<string> => {
  const name = fileOf(directory, tier)
  const instance = await DuckDBInstance.create(join(directory, name))
  const connection = await instance.connect()
  for (const statement of statements) await connection.run(statement)
  connection.closeSync()
  instance.closeSync()
  return name
}

describe('verify', () => {
  it('finds nothing wrong with a store that is well, and tells how far it is', async () => {
    await using store = await open(await newStore())
    const steps: number[] = []
    const report = await store.verify({ onProgress: ({ done, all }) => void steps.push(done / all) })
    expect(report).toMatchObject({ rows: rowCountAfter(2, 500), findings: [] })
    expect(report.files).toBe((await store.info()).files.length)
    expect(steps).toEqual(steps.toSorted((a, b) => a - b))
  })

  it('finds nothing wrong while batches are being written', async () => {
    await using store = await open(await newStore())
    const state = { done: false }
    const checking = store.verify().finally(() => {
      state.done = true
    })
    let batch = 2
    do await store.write(batchOf(batch++, 200))
    while (!state.done)
    expect((await checking).findings).toEqual([])
  })

  it.each([
    [
      'a key of nobody',
      'raw',
      `UPDATE node_sample SET node = 77 WHERE rowid = 0`,
      /1 keys in node stand for nothing, such as 77/,
    ],
    ['a row of another time', 'raw', `UPDATE metric SET "at" = 5 WHERE rowid = 0`, /1 rows are of another time/],
    ['a roll-up within its slot', 'minutes', `UPDATE metric_1m SET bucket = bucket + 1`, /begin within a slot/],
    ['a sum that cannot be', 'hours', `UPDATE metric_1h SET sum = 1000`, /have a sum that/],
    [
      'another form',
      'logs',
      `ALTER TABLE log DROP COLUMN source`,
      /table log is not of this schema: it lacks source VARCHAR/,
    ],
    ['a name given twice', 'main', `INSERT INTO metric_name VALUES (9, 'cpu')`, /1 of name are there twice/],
    ['a node of no network', 'main', `INSERT INTO node VALUES (9, 9, 'x', 0)`, /1 nodes are of no network/],
    ['a batch that never was', 'raw', `UPDATE netstats_state SET batch = 1000`, /is at batch 1000/],
  ])('names %s', async (_, tier, statement, message) => {
    const directory = await newStore()
    const name = await change(directory, tier, statement)
    await using store = await open(directory)
    const { findings } = await store.verify()
    expect(findings.length).toBeGreaterThan(0)
    expect(findings[0]).toMatchObject({ severity: 'error', message: expect.stringMatching(message) })
    expect(findings[0]?.where).toContain(name)
  })

  it('names rows that are lost since the last batch', async () => {
    const directory = await newStore()
    {
      await using store = await open(directory)
      await store.write(batchOf(2, 10))
    }
    const name = await change(directory, 'hours', 'DELETE FROM metric_1h')
    await using store = await open(directory)
    expect((await store.verify()).findings).toEqual([
      {
        severity: 'error',
        where: name,
        message: expect.stringMatching(/is shortened: it has 0 rows, and had 3/),
      },
      {
        severity: 'error',
        where: name,
        message: expect.stringMatching(/has lost rows of metric_1h: 0 are there of 2/),
      },
    ])
  })

  it('names what is in the folder and not of the store, and leaves it', async () => {
    const directory = await newStore()
    writeFileSync(join(directory, 'notes.txt'), 'mine')
    await using store = await open(directory)
    expect((await store.verify()).findings).toEqual([
      { severity: 'warning', where: 'notes.txt', message: expect.stringContaining('left alone') },
    ])
    expect(readFileSync(join(directory, 'notes.txt'), 'utf8')).toBe('mine')
  })

  it('names a file whose bytes have changed, and changes none', async () => {
    const directory = await newStore()
    const path = join(directory, fileOf(directory, 'raw'))
    const bytes = readFileSync(path)
    // Past the headers, in every block: a part of them holds rows.
    for (let at = 3 * 4096 + 100; at < bytes.length; at += 4096) bytes[at] = (bytes[at] as number) ^ 0xff
    writeFileSync(path, bytes)
    {
      await using store = await open(directory)
      const { findings } = await store.verify()
      expect(
        findings.some(({ severity, where }) => severity === 'error' && path.includes(where.split(' ')[0] as string)),
      ).toBe(true)
      const info = await store.info()
      expect(info.files.filter((file) => file.state === 'unusable').length + findings.length).toBeGreaterThan(0)
    }
    expect(readFileSync(path).equals(bytes)).toBe(true)
  })

  it('ends when it is cancelled', async () => {
    await using store = await open(await newStore())
    const leaving = new AbortController()
    const checking = store.verify({ signal: leaving.signal, onProgress: () => leaving.abort() })
    await expect(checking).rejects.toMatchObject({ code: 'STORE_QUERY_CANCELLED' })
    await store.write(batchOf(2, 10))
  })
})
