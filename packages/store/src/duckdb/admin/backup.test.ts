import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createHash } from 'node:crypto'
import type { Store } from '../../store.ts'
import type { StoreAdmin } from '../../store-admin.ts'
import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import { schemaVersion } from '../ddl.ts'
import { openDuckStore } from '../mod.ts'
import { readManifest } from './manifest.ts'
import { restoreBackup } from './restore.ts'
import { batchOf, day, linesOf, now, retention, rowCountAfter } from './testing/rows.ts'

const folder = mkdtempSync(join(tmpdir(), 'netstats-backup-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
let folders = 0
const newFolder = (): string => {
  const path = join(folder, `${++folders}`)
  mkdirSync(path)
  return path
}
const open = (directory: string): Promise<Store & StoreAdmin> =>
  openDuckStore({ directory, retention, now: () => now, threads: 1 })
const restore = (from: string, directory: string, force = false) =>
  restoreBackup({ from, directory, force, now: () => now })

describe('a backup', () => {
  it('holds the rows of all batches up to one and of none after it, while writing goes on, and a store is made of it', async () => {
    const property = fc.asyncProperty(
      fc.integer({ min: 1, max: 8 }),
      fc.integer({ min: 1, max: 500 }),
      async (before, size) => {
        const home = newFolder()
        const backup = join(home, 'backup')
        let written = 0
        {
          await using store = await open(join(home, 'history'))
          for (; written < before; written++) await store.write(batchOf(written, size))
          const state = { done: false }
          const copying = store.backup(backup).finally(() => {
            state.done = true
          })
          // At least one batch meets it.
          do await store.write(batchOf(written++, size))
          while (!state.done)
          const report = await copying
          expect(report.path).toBe(backup)
          const { batch } = await readManifest(backup, schemaVersion)
          expect(batch).toBeGreaterThanOrEqual(before)
          expect(batch).toBeLessThanOrEqual(written)
          expect(report.rows).toBe(rowCountAfter(batch, size))
          expect(existsSync(join(home, 'history/tmp/backup'))).toBe(false)
        }
        const { batch } = await readManifest(backup, schemaVersion)
        const model = join(home, 'model')
        const restored = join(home, 'restored')
        expect((await restore(backup, restored)).rows).toBe(rowCountAfter(batch, size))
        await using expected = await open(model)
        for (let i = 0; i < batch; i++) await expected.write(batchOf(i, size))
        await using found = await open(restored)
        expect(await linesOf(found)).toEqual(await linesOf(expected))
        expect(await found.catalog()).toEqual(await expected.catalog())
        expect((await found.verify()).findings).toEqual([])
        // It goes on where it was.
        await found.write(batchOf(batch, size))
        await expected.write(batchOf(batch, size))
        expect(await linesOf(found)).toEqual(await linesOf(expected))
      },
    )
    await fc.assert(property, { numRuns: 3 })
  })

  it('of an empty store is an empty store', async () => {
    const home = newFolder()
    await using store = await open(join(home, 'history'))
    const report = await store.backup(join(home, 'backup'))
    expect(report).toMatchObject({ rows: 0, files: 0 })
    await restore(join(home, 'backup'), join(home, 'restored'))
    await using found = await open(join(home, 'restored'))
    expect(await linesOf(found)).toEqual({})
    expect((await found.verify()).findings).toEqual([])
  })

  it('says its checksums as the tools of the system do', async () => {
    const home = newFolder()
    const path = join(home, 'backup')
    await using store = await open(join(home, 'history'))
    await store.write(batchOf(0, 3))
    await store.backup(path)
    const sum = (name: string): string =>
      createHash('sha256')
        .update(readFileSync(join(path, name)))
        .digest('hex')
    expect(readFileSync(join(path, 'manifest.sha256'), 'utf8')).toBe(`${sum('manifest.json')}  manifest.json\n`)
    const { parts } = await readManifest(path, schemaVersion)
    for (const table of parts.flatMap((part) => part.tables)) expect(sum(table.path)).toBe(table.sha256)
  })

  it('that is cancelled leaves nothing, and the store goes on', async () => {
    const home = newFolder()
    await using store = await open(join(home, 'history'))
    for (let i = 0; i < 5; i++) await store.write(batchOf(i, 2000))
    const leaving = new AbortController()
    const backup = store.backup(join(home, 'backup'), { signal: leaving.signal, onProgress: () => leaving.abort() })
    await expect(backup).rejects.toMatchObject({ code: 'STORE_QUERY_CANCELLED' })
    expect(readdirSync(home)).toEqual(['history'])
    await store.write(batchOf(5, 1))
    await store.backup(join(home, 'backup'))
  })

  it('does not wait for, and is not broken off by, what tidies up', async () => {
    const home = newFolder()
    await using store = await open(join(home, 'history'))
    for (let i = 0; i < 3; i++) await store.write(batchOf(i, 100))
    let pruned: Promise<unknown> | undefined
    const backup = store.backup(join(home, 'backup'), {
      onProgress: () => {
        pruned ??= store.prune(retention, now + 1000 * day)
      },
    })
    const { rows } = await backup
    expect(rows).toBe(rowCountAfter(3, 100))
    await pruned
    expect((await store.prune(retention, now + 1000 * day)).files.length).toBeGreaterThan(0)
  })

  it.each([
    ['there already', (home: string) => (mkdirSync(join(home, 'backup')), join(home, 'backup')), /exists already/],
    ['a file', (home: string) => (writeFileSync(join(home, 'backup'), 'x'), join(home, 'backup')), /exists already/],
    ['in no folder', (home: string) => join(home, 'no/where'), /does not exist; make it first/],
    ['below a file', (home: string) => (writeFileSync(join(home, 'f'), ''), join(home, 'f/backup')), /./],
    ['within the store', (home: string) => join(home, 'history/backup'), /within the store itself/],
    ['the store', (home: string) => join(home, 'history'), /within the store itself/],
    ['where no folder can be', () => '/proc/backup', /./],
    [
      'one that was begun',
      (home: string) => (mkdirSync(join(home, 'backup.partial')), join(home, 'backup')),
      /remove it/,
    ],
  ])('to a place that is %s is refused and changes nothing', async (_, place, message) => {
    const home = newFolder()
    await using store = await open(join(home, 'history'))
    await store.write(batchOf(0, 3))
    const target = place(home)
    const before = readdirSync(home).toSorted()
    await expect(store.backup(target)).rejects.toMatchObject({
      code: expect.stringMatching(/^STORE_(BACKUP_TARGET|IO)$/),
      message: expect.stringMatching(message),
    })
    expect(readdirSync(home).toSorted()).toEqual(before)
    expect(readFileSync(join(home, 'history/main.duckdb')).length).toBeGreaterThan(0)
  })
})
