import {
  copyFileSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import type { Store } from '../store.ts'
import type { FileTrouble, StoreAdmin } from '../store-admin.ts'
import { describe, expect, it } from 'vitest'
import { batchAt, createPlaces, hour, noon, retention, seqsOf } from './test-support/places.ts'

const place = createPlaces()
const rawBefore = 'raw-2026-01-15T09-3h.duckdb'
const rawNow = 'raw-2026-01-15T12-3h.duckdb'

/** A store with rows in two raw files, closed. */
const filled = async () => {
  const one = place()
  const store = await one.open()
  await store.write(batchAt(1, noon - 3 * hour))
  await store.write(batchAt(2, noon))
  await store.write(batchAt(3, noon))
  await store[Symbol.asyncDispose]()
  return { ...one, raw: join(one.directory, rawBefore) }
}

const told = (troubles: readonly FileTrouble[]) => troubles.map(({ name, what }) => [name, what])
/** What verify says of whole files; rows of these tests have keys that stand for nothing. */
const found = async (store: Store & StoreAdmin) =>
  (await store.verify()).findings.map(({ where }) => where).filter((where) => !where.includes(' '))

/** What a process leaves that is killed: the log of what was not written through, with the file as it was before. */
const killed = async () => {
  const one = place()
  const store = await one.open()
  await store.write(batchAt(1, noon - 3 * hour))
  await store[Symbol.asyncDispose]()
  const after = await one.open()
  await after.write(batchAt(2, noon - 3 * hour))
  const left = `${one.directory}-left`
  mkdirSync(left)
  for (const name of readdirSync(one.directory))
    if (name !== 'tmp') copyFileSync(join(one.directory, name), join(left, name))
  await after[Symbol.asyncDispose]()
  rmSync(one.directory, { recursive: true })
  renameSync(left, one.directory)
  expect(existsSync(join(one.directory, `${rawBefore}.wal`))).toBe(true)
  return { ...one, raw: join(one.directory, rawBefore) }
}

describe('a file of the store', () => {
  it.each<{ readonly how: string; readonly what: string; readonly spoil: (path: string) => unknown }>([
    { how: 'is gone', what: 'missing', spoil: (path) => rmSync(path) },
    { how: 'is empty', what: 'unusable', spoil: (path) => truncateSync(path, 0) },
    { how: 'is cut', what: 'unusable', spoil: (path) => truncateSync(path, 6000) },
    {
      how: 'is a link',
      what: 'unusable',
      spoil(path) {
        const elsewhere = join(path, '../tmp/elsewhere')
        renameSync(path, elsewhere)
        symlinkSync(elsewhere, path)
      },
    },
    {
      how: 'is a link to nothing',
      what: 'unusable',
      spoil(path) {
        rmSync(path)
        symlinkSync('/nowhere', path)
      },
    },
    {
      how: 'is a folder',
      what: 'unusable',
      spoil(path) {
        rmSync(path)
        mkdirSync(path)
      },
    },
    {
      how: 'is of another store',
      what: 'unusable',
      async spoil(path) {
        const other = await filled()
        copyFileSync(other.raw, path)
      },
    },
  ])('that $how is reported until it is given up, and goes with its retention', async ({ what, spoil }) => {
    const { directory, open, raw } = await filled()
    await spoil(raw)
    const store = await open()
    expect(told(await store.condition())).toEqual([[rawBefore, what]])
    expect(await found(store)).toEqual([rawBefore])
    expect(await seqsOf(store, 'nodeSample')).toEqual([2, 3])
    // What comes late for that time goes to a file beside it, and the trouble stays.
    await store.write(batchAt(4, noon - 3 * hour))
    expect(await seqsOf(store, 'nodeSample')).toEqual([2, 3, 4])
    await store[Symbol.asyncDispose]()
    const again = await open()
    expect(told(await again.condition())).toEqual([[rawBefore, what]])
    expect(told(await again.accept())).toEqual([[rawBefore, what]])
    expect(await again.condition()).toEqual([])
    await again[Symbol.asyncDispose]()
    const later = await open()
    expect(await later.condition()).toEqual([])
    rmSync(raw, { recursive: true, force: true })
    await later.prune(retention, noon + 400 * 24 * hour)
    await later[Symbol.asyncDispose]()
    expect(await (await open()).condition()).toEqual([])
    expect(readdirSync(directory).filter((name) => name.startsWith('raw-'))).toEqual([])
  })

  it('that is put back where it was is what it was', async () => {
    const { open, raw } = await filled()
    renameSync(raw, `${raw}-away`)
    const store = await open()
    expect(told(await store.condition())).toEqual([[rawBefore, 'missing']])
    await store.accept()
    await store[Symbol.asyncDispose]()
    renameSync(`${raw}-away`, raw)
    const again = await open()
    expect(await again.condition()).toEqual([])
    expect(await seqsOf(again, 'nodeSample')).toEqual([1, 2, 3])
  })

  it.each<{ readonly how: string; readonly spoil: (path: string) => unknown }>([
    { how: 'has lost its log', spoil: (path) => rmSync(`${path}.wal`) },
    { how: 'has a log that was cut', spoil: (path) => truncateSync(`${path}.wal`, 40) },
    { how: 'has an empty log', spoil: (path) => truncateSync(`${path}.wal`, 0) },
  ])('that $how says what is lost, and goes on', async ({ spoil }) => {
    const { open, raw } = await killed()
    spoil(raw)
    const store = await open()
    const [trouble] = await store.condition()
    expect(trouble).toMatchObject({ name: rawBefore })
    if (trouble?.what === 'shortened') {
      expect(trouble.message).toMatch(/has 1 rows, and had 2 at batch 2, and is at batch 1: its log/)
      // They are in `main.duckdb`.
      expect(trouble.resumePoints).toBe(false)
      expect(await seqsOf(store, 'nodeSample')).toEqual([1])
    }
    expect(await found(store)).toEqual([rawBefore])
    await store.write(batchAt(3, noon - 3 * hour))
    await store[Symbol.asyncDispose]()
    const again = await open()
    expect(told(await again.condition())).toEqual([[rawBefore, trouble?.what]])
    await again.accept()
    expect(await again.condition()).toEqual([])
    expect(await found(again)).toEqual([])
  })

  it('that was put back from an older copy says so, and one that has more rows than it had', async () => {
    const one = await filled()
    copyFileSync(one.raw, `${one.raw}-old`)
    const store = await one.open()
    await store.write(batchAt(4, noon - 3 * hour))
    await store[Symbol.asyncDispose]()
    renameSync(`${one.raw}-old`, one.raw)
    const instance = await DuckDBInstance.create(join(one.directory, rawNow))
    const connection = await instance.connect()
    await connection.run('INSERT INTO node_sample SELECT * FROM node_sample')
    connection.closeSync()
    instance.closeSync()
    const again = await one.open()
    expect((await again.condition()).map(({ name, message }) => [name, message])).toEqual([
      [rawBefore, expect.stringContaining('an older copy of it was put there')],
      [rawNow, expect.stringMatching(/has 4 rows, and had 2: .* somebody changed it/)],
    ])
    expect(await found(again)).toEqual([rawBefore, rawNow])
  })

  it('that is a copy of another one, under a name of its own, is not counted twice', async () => {
    const { directory, open, raw } = await filled()
    const copy = rawBefore.replace('.duckdb', '.2.duckdb')
    copyFileSync(raw, join(directory, copy))
    const store = await open()
    expect(await seqsOf(store, 'nodeSample')).toEqual([1, 2, 3])
    expect(told(await store.condition())).toEqual([[copy, 'unusable']])
    // Nothing that was lost: it has to be moved away.
    await store.accept()
    expect(told(await store.condition())).toEqual([[copy, 'unusable']])
    rmSync(join(directory, copy))
    expect(await store.condition()).toEqual([])
  })

  it('that goes while the store is open is reported, and the rest can be asked on', async () => {
    const { open, raw, directory } = await filled()
    const store = await open({ openFiles: 1 })
    rmSync(raw)
    expect(told(await store.condition())).toEqual([[rawBefore, 'missing']])
    expect(await found(store)).toContain(rawBefore)
    await seqsOf(store, 'nodeSample').catch(() => undefined)
    expect(await seqsOf(store, 'nodeSample')).toEqual([2, 3])
    expect(existsSync(raw)).toBe(false)
    await store.write(batchAt(4, noon - 3 * hour))
    expect(readdirSync(directory)).toContain('raw-2026-01-15T09-3h.2.duckdb')
    expect(told(await store.condition())).toEqual([[rawBefore, 'missing']])
  })
})

describe('a drop of what has expired', () => {
  it('that was broken off is gone on with, and is no loss', async () => {
    for (const isThere of [true, false]) {
      const { open, raw, directory } = await filled()
      const main = await DuckDBInstance.create(join(directory, 'main.duckdb'))
      const connection = await main.connect()
      await connection.run(`UPDATE netstats_files SET state = 'leaving' WHERE name = '${rawBefore}'`)
      connection.closeSync()
      main.closeSync()
      if (!isThere) rmSync(raw)
      const store = await open()
      expect(await store.condition()).toEqual([])
      expect(await seqsOf(store, 'nodeSample')).toEqual([2, 3])
      expect(existsSync(raw)).toBe(false)
      expect(await found(store)).toEqual([])
    }
  })

  it('is no loss, whether a batch comes after it or not', async () => {
    for (const writes of [true, false]) {
      const { open } = await filled()
      const store = await open()
      const at = noon + 25 * hour
      expect((await store.prune(retention, at)).files).toEqual([rawBefore])
      if (writes) await store.write(batchAt(4, noon))
      expect(await store.condition()).toEqual([])
      await store[Symbol.asyncDispose]()
      expect(await (await open()).condition()).toEqual([])
    }
  })
})

describe('the main file', () => {
  it('that is gone while its log or its folder is there is never begun again', async () => {
    const { directory, open } = await filled()
    for (const name of readdirSync(directory)) if (name !== 'tmp') rmSync(join(directory, name))
    writeFileSync(join(directory, 'main.duckdb.wal'), readFileSync(import.meta.filename))
    await expect(open()).rejects.toMatchObject({ code: 'STORE_CORRUPT' })
    rmSync(join(directory, 'main.duckdb.wal'))
    symlinkSync('/nowhere', join(directory, 'main.duckdb'))
    await expect(open()).rejects.toMatchObject({ code: 'STORE_FOREIGN' })
    expect(lstatSync(join(directory, 'main.duckdb')).isSymbolicLink()).toBe(true)
  })

  it('that has lost its log leaves the files aside that go on from there, and says why', async () => {
    const one = await killed()
    const store = await one.open()
    for (let seq = 3; seq < 6; seq++) await store.write(batchAt(seq, noon - 3 * hour))
    const left = `${one.directory}-left`
    mkdirSync(left)
    for (const name of readdirSync(one.directory))
      if (!name.startsWith('main.duckdb.wal') && name !== 'tmp')
        copyFileSync(join(one.directory, name), join(left, name))
    await store[Symbol.asyncDispose]()
    rmSync(one.directory, { recursive: true })
    renameSync(left, one.directory)
    const again = await one.open()
    const troubles = await again.condition()
    expect(troubles.find(({ name }) => name === rawBefore)?.message).toMatch(/is at batch 5, main.duckdb at 1: .*\.wal/)
    expect(await found(again)).toContain(rawBefore)
  })

  it('that is begun where another was says so until that is accepted', async () => {
    const { open, directory } = await filled()
    rmSync(directory, { recursive: true })
    const store = await open({ replaces: true })
    await store.write(batchAt(4, noon))
    const [trouble] = await store.condition()
    expect(trouble).toMatchObject({ name: 'main.duckdb', resumePoints: true, message: expect.stringContaining('gone') })
    expect(await found(store)).toEqual(['main.duckdb'])
    await store[Symbol.asyncDispose]()
    const again = await open({ replaces: true })
    expect(told(await again.accept())).toEqual([['main.duckdb', 'shortened']])
    expect(await again.condition()).toEqual([])
    await again[Symbol.asyncDispose]()
    expect(await (await open({ replaces: true })).condition()).toEqual([])
  })

  it('of before it knew of the others takes down what there is', async () => {
    const { open, raw, directory } = await filled()
    const main = await DuckDBInstance.create(join(directory, 'main.duckdb'))
    const connection = await main.connect()
    for (const text of ['DROP TABLE netstats_files', 'DROP TABLE resume_point', 'UPDATE netstats_file SET schema = 4'])
      await connection.run(text)
    connection.closeSync()
    main.closeSync()
    const store = await open()
    expect(await store.condition()).toEqual([])
    await store[Symbol.asyncDispose]()
    rmSync(raw)
    expect(told(await (await open()).condition())).toEqual([[rawBefore, 'missing']])
  })
})

describe('a backup', () => {
  it('of a store with a file missing says so, and so does what is made of it', async () => {
    const { open, raw, directory } = await filled()
    rmSync(raw)
    const store = await open()
    const backup = `${directory}-backup`
    expect((await store.backup(backup)).missing?.map(({ name }) => name)).toEqual([rawBefore])
    const { restoreBackup } = await import('./admin/restore.ts')
    const restored = place()
    await restoreBackup({ from: backup, directory: restored.directory, force: false, now: () => noon })
    const again = await restored.open()
    expect((await again.condition()).map(({ name, what, message }) => [name, what, message])).toEqual([
      [rawBefore, 'missing', expect.stringContaining('the backup that this was restored from has not all of it')],
    ])
    expect(await seqsOf(again, 'nodeSample')).toEqual([2, 3])
    await again[Symbol.asyncDispose]()
    rmSync(join(restored.directory, rawNow))
    expect(told(await (await restored.open()).condition())).toEqual([
      [rawBefore, 'missing'],
      [rawNow, 'missing'],
    ])
  })
})
