import { spawn } from 'node:child_process'
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { storeBatchOf } from '../../memory/mod.ts'
import { storeRow } from '../../testing/store-contract/setup.ts'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openDuckStore } from '../mod.ts'
import { backupFormat } from './manifest.ts'
import type { Manifest } from './manifest.ts'
import { restoreBackup } from './restore.ts'
import type { RestoreOptions, RestoreReport } from './restore.ts'
import { editBackup as edit, makeOlder, sha256Of as sha256 } from './testing/backups.ts'
import type { Loose } from './testing/backups.ts'
import { batchOf, now, retention, rowCountAfter } from './testing/rows.ts'

const folder = mkdtempSync(join(tmpdir(), 'netstats-restore-'))
const good = join(folder, 'good')
let folders = 0
afterAll(() => rmSync(folder, { recursive: true, force: true }))
beforeAll(async () => {
  await using store = await openDuckStore({ directory: join(folder, 'history'), retention, now: () => now, threads: 1 })
  for (let i = 0; i < 3; i++) await store.write(batchOf(i, 20))
  await store.backup(good)
})

const newHome = (): string => {
  const home = join(folder, `${++folders}`)
  mkdirSync(home)
  return home
}
const restore = (from: string, directory: string, more: Partial<RestoreOptions> = {}): Promise<RestoreReport> =>
  restoreBackup({ from, directory, force: false, now: () => now, ...more })

/** A copy of the good backup to do harm to. */
const copyOfGood = (home: string): string => {
  const path = join(home, 'backup')
  cpSync(good, path, { recursive: true })
  return path
}
const filesOf = (path: string): readonly string[] =>
  readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .toSorted()
const first = (manifest: Loose<Manifest>) => {
  const table = manifest.parts[0]?.tables[0]
  if (table === undefined) throw new Error('nothing is in it')
  return table
}

describe('a backup that was changed', () => {
  it('in a single bit, anywhere, is refused, and nothing is left of the attempt', async () => {
    const files = filesOf(good)
    const property = fc.asyncProperty(
      fc.constantFrom(...files),
      fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
      fc.integer({ min: 0, max: 7 }),
      async (file, where, bit) => {
        const home = newHome()
        const backup = copyOfGood(home)
        const path = join(backup, file.slice(good.length))
        const bytes = readFileSync(path)
        // The name in the checksum's file is for people.
        const length = path.endsWith('.sha256') ? 64 : bytes.length
        const place = Math.floor(where * length)
        bytes[place] = (bytes[place] as number) ^ (1 << bit)
        writeFileSync(path, bytes)
        await expect(restore(backup, join(home, 'history'))).rejects.toMatchObject({
          code: expect.stringMatching(/^STORE_(BACKUP_INVALID|TOO_NEW)$/),
          message: expect.stringContaining(home),
        })
        expect(readdirSync(home)).toEqual(['backup'])
      },
    )
    await fc.assert(property, { numRuns: 20 })
  })

  it.each<readonly [string, (path: string) => void, string | RegExp]>([
    ['cut', (path) => truncateSync(filesOf(path).at(-1) as string, 10), 'has 10 bytes of'],
    ['without a file', (path) => rmSync(filesOf(path)[0] as string), 'is missing'],
    ['without its manifest', (path) => rmSync(join(path, 'manifest.json')), 'it has no manifest.json'],
    [
      'without a checksum',
      (path) => rmSync(join(path, 'manifest.sha256')),
      'its checksum in manifest.sha256 is missing',
    ],
    ['of another kind', (path) => edit(path, (one) => (one.kind = 'other')), 'kind'],
    ['with rows that do not add up', (path) => edit(path, (one) => (one.rows = 7)), 'does not add up'],
    [
      'with a wrong number of rows',
      (path) =>
        edit(path, (one) => {
          first(one).rows = Number(first(one).rows) + 1
          one.rows = Number(one.rows) + 1
        }),
      /has \d+ rows of \d+/,
    ],
    ['with a way out of its folder', (path) => edit(path, (one) => (first(one).path = '../../secret.parquet')), 'path'],
    ['with an absolute path', (path) => edit(path, (one) => (first(one).path = '/etc/passwd')), 'path'],
    [
      'with a table of another file',
      (path) => edit(path, (one) => (first(one).path = 'raw/block.parquet')),
      'does not belong',
    ],
    ['with a file named twice', (path) => edit(path, (one) => one.parts.push(one.parts[1] as never)), 'twice'],
    [
      'with a file of no tier',
      (path) => edit(path, (one) => ((one.parts[1] as { name: string }).name = 'tmp')),
      'does not belong',
    ],
    ['with SQL for a name', (path) => edit(path, (one) => (first(one).name = 'x"; DROP TABLE y; --')), 'name'],
    [
      'without its main file',
      (path) =>
        edit(path, (one) => {
          one.rows = Number(one.rows) - (one.parts[0]?.tables ?? []).reduce((sum, table) => sum + Number(table.rows), 0)
          one.parts.shift()
        }),
      'does not name the main file',
    ],
    [
      'with a table that is no Parquet',
      (path) =>
        edit(path, (one) => {
          const file = join(path, String(first(one).path))
          writeFileSync(file, 'no Parquet at all')
          Object.assign(first(one), { bytes: 17, sha256: sha256(file) })
        }),
      'cannot be read',
    ],
    [
      'with the rows of another table',
      (path) =>
        edit(path, (one) => {
          const raw = one.parts.find((part) => part.tables.length > 1 && part.tier === 'raw')?.tables ?? []
          const [a, b] = raw as [Loose<Manifest>['parts'][0]['tables'][0], Loose<Manifest>['parts'][0]['tables'][0]]
          cpSync(join(path, String(b.path)), join(path, String(a.path)))
          one.rows = Number(one.rows) - Number(a.rows) + Number(b.rows)
          Object.assign(a, { rows: b.rows, bytes: b.bytes, sha256: b.sha256 })
        }),
      'cannot be read',
    ],
  ])('to one %s is refused, and nothing is left of the attempt', async (_, harm, message) => {
    const home = newHome()
    const backup = copyOfGood(home)
    harm(backup)
    await expect(restore(backup, join(home, 'history'))).rejects.toMatchObject({
      code: 'STORE_BACKUP_INVALID',
      message: expect.stringMatching(message),
    })
    expect(readdirSync(home)).toEqual(['backup'])
  })

  it.each([
    ['form', (one: Record<string, unknown>) => (one['format'] = backupFormat + 1)],
    ['schema', (one: Record<string, unknown>) => (one['schema'] = 1_000_000)],
  ])('by a newer version, in its %s, is left to that version', async (_, change) => {
    const home = newHome()
    const backup = copyOfGood(home)
    edit(backup, change)
    await expect(restore(backup, join(home, 'history'))).rejects.toMatchObject({ code: 'STORE_TOO_NEW' })
    expect(readdirSync(home)).toEqual(['backup'])
  })
})

describe('a history that is there', () => {
  it('is left alone, or moved aside when that is wanted', async () => {
    const home = newHome()
    const directory = join(home, 'history')
    expect(await restore(good, directory)).toMatchObject({ path: directory, rows: rowCountAfter(3, 20) })
    writeFileSync(join(directory, 'mine'), 'precious')
    await expect(restore(good, directory)).rejects.toMatchObject({ code: 'STORE_BACKUP_TARGET' })
    const { aside } = await restore(good, directory, { force: true })
    expect(dirname(aside ?? '')).toBe(home)
    expect(readFileSync(join(aside ?? '', 'mine'), 'utf8')).toBe('precious')
    await using store = await openDuckStore({ directory, retention, now: () => now, threads: 1 })
    expect(await store.verify()).toMatchObject({ rows: rowCountAfter(3, 20), findings: [] })
  })

  it('is not replaced while another process has it open, whatever is wanted', async () => {
    const home = newHome()
    const directory = join(home, 'history')
    await restore(good, directory)
    const { href } = new URL('../mod.ts', import.meta.url)
    const program = join(home, 'other.mjs')
    writeFileSync(
      program,
      `import { openDuckStore } from ${JSON.stringify(href)}
      await openDuckStore({ directory: ${JSON.stringify(directory)}, retention: ${JSON.stringify(retention)} })
      console.log('open')`,
    )
    const other = spawn(process.execPath, [program], { stdio: ['ignore', 'pipe', 'inherit'] })
    const ended = new Promise((resolve) => other.once('close', resolve))
    await new Promise((resolve) => other.stdout.once('data', resolve))
    await expect(restore(good, directory, { force: true })).rejects.toMatchObject({ code: 'STORE_IN_USE' })
    other.kill('SIGKILL')
    await ended
    expect(readdirSync(home)).toEqual(['history', 'other.mjs'])
    await restore(good, directory, { force: true })
  })
})

describe('a backup of an older version', () => {
  it('has its log lines without the fields that they have since', async () => {
    const home = newHome()
    const backup = join(home, 'backup')
    {
      await using store = await openDuckStore({ directory: join(home, 'old'), retention, now: () => now, threads: 1 })
      await store.write(storeBatchOf({ log: [storeRow('log', { at: now, seq: 1, message: 'kept', component: 'x' })] }))
      await store.backup(backup)
    }
    await makeOlder(backup, 'logs', 'log', 'component, fields', (manifest) => (manifest.schema = 7))
    const directory = join(home, 'history')
    await restore(backup, directory)
    await using store = await openDuckStore({ directory, retention, now: () => now, threads: 1 })
    const rows = await store.logs({ network: 1, range: { from: 0, to: now + 1 }, limit: 10 })
    expect(rows).toEqual([storeRow('log', { at: now, seq: 1, message: 'kept' })])
  })

  it('is restored as a migration would have made it', async () => {
    const home = newHome()
    const backup = join(home, 'backup')
    {
      await using store = await openDuckStore({ directory: join(home, 'old'), retention, now: () => now, threads: 1 })
      const step = (seq: number, alarm: string) =>
        storeRow('alarm', { at: now, seq, node: 1, alarm, type: 'node-inactive', origin: 'x', step: 'raised' })
      await store.write(storeBatchOf({ alarm: [step(1, 'node-inactive/1/a'), step(2, 'mine')] }))
      await store.backup(backup)
    }
    await makeOlder(backup, 'kept', 'alarm', 'origin', (manifest) => {
      manifest.schema = 2
      manifest.format = 1
      delete (manifest as Record<string, unknown>)['others']
    })
    const directory = join(home, 'history')
    await restore(backup, directory)
    await using store = await openDuckStore({ directory, retention, now: () => now, threads: 1 })
    const rows = await store.alarms({ network: 1, range: { from: 0, to: now + 1 }, limit: 10 })
    expect(rows.map(({ alarm, origin }) => [alarm, origin])).toEqual([
      ['mine', 'node'],
      ['node-inactive/1/a', 'server'],
    ])
  })
})

describe('a restore', () => {
  it('that is cancelled leaves nothing', async () => {
    const home = newHome()
    const leaving = new AbortController()
    const restored = restore(good, join(home, 'history'), {
      signal: leaving.signal,
      onProgress: ({ done }) => done === 3 && leaving.abort(),
    })
    await expect(restored).rejects.toMatchObject({ code: 'STORE_QUERY_CANCELLED' })
    expect(readdirSync(home)).toEqual([])
  })

  it('makes the folders above it, and takes an empty one', async () => {
    const home = newHome()
    await restore(good, join(home, 'a/b/history'))
    mkdirSync(join(home, 'empty'))
    await restore(good, join(home, 'empty'))
    expect(existsSync(join(home, 'empty/main.duckdb'))).toBe(true)
    expect(readdirSync(join(home, 'empty')).filter((name) => !name.endsWith('.duckdb'))).toEqual([])
  })

  it('does not touch one that is under way', async () => {
    const home = newHome()
    mkdirSync(join(home, 'history.restoring'))
    await expect(restore(good, join(home, 'history'))).rejects.toMatchObject({
      code: 'STORE_BACKUP_TARGET',
      message: expect.stringContaining('remove it'),
    })
    expect(readdirSync(home)).toEqual(['history.restoring'])
  })

  it('into a place that cannot be is a clear fault', async () => {
    const home = newHome()
    writeFileSync(join(home, 'file'), '')
    for (const directory of [join(home, 'file/history'), '/proc/netstats/history', join(home, 'file')]) {
      await expect(restore(good, directory)).rejects.toMatchObject({ code: expect.stringMatching(/^STORE_/) })
    }
    expect(readdirSync(home)).toEqual(['file'])
  })
})
