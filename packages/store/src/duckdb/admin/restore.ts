/**
 * Makes a store of a backup. Everything is built and checked beside the place where it belongs, then put there by
 * renaming: at any moment either the old history or the new one is there, or, between two renames, the old one is aside.
 */
import { randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, readdir, rename, rm, rmdir, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import type { DuckDBConnection } from '@duckdb/node-api'
import { StoreError } from '../../store-errors.ts'
import { tables } from '../../tables.ts'
import type { AdminOptions, BackupReport } from '../../store-admin.ts'
import type { Table } from '../../table.ts'
import { attach, detach, makeFile } from '../attach.ts'
import { identifier, literal, schemaVersion } from '../ddl.ts'
import { asStoreError } from '../failure.ts'
import { openInstance } from '../instance.ts'
import { addedSince } from '../migrations/mod.ts'
import { beginDeliveries, insertResumePoints, takeDeliveries } from '../migrations/resume-points.ts'
import { emptyState, writeState } from '../record.ts'
import type { FileState } from '../record.ts'
import type { KnownFile } from '../roster.ts'
import { query } from '../statement.ts'
import { asFileError, copyFile, syncFolder } from './files.ts'
import { assertUnused } from './in-use.ts'
import { mainPart, readManifest } from './manifest.ts'
import type { BackupPart, BackupTable, Manifest } from './manifest.ts'

export interface RestoreOptions extends AdminOptions {
  /** The backup. */
  readonly from: string
  /** Folder of the store. */
  readonly directory: string
  /** Moves a history that is there aside; else it is an error. */
  readonly force: boolean
  /** Unix milliseconds; names what is moved aside. */
  readonly now: () => number
}

export interface RestoreReport extends BackupReport {
  /** Where the history that was there is now. */
  readonly aside?: string
}

const memoryBytes = 1 << 30
const tempBytes = 4 * (1 << 30)

export const restoreBackup = async (options: RestoreOptions): Promise<RestoreReport> => {
  const { from, directory, force } = options
  const manifest = await readManifest(from, schemaVersion)
  await checkSizes(from, manifest.parts)
  if (!force && (await isTaken(directory))) {
    throw new StoreError(
      'STORE_BACKUP_TARGET',
      `${directory} holds a history already; --force moves it aside and keeps it.`,
    )
  }
  await assertUnused(directory)
  const staging = `${directory}.restoring`
  await makeStaging(staging)
  try {
    const written = await build(staging, manifest, options)
    // Long work lies between: somebody may have started a server.
    await assertUnused(directory)
    const aside = await putInPlace(staging, directory, options.now())
    const { rows, parts } = manifest
    return { path: directory, rows, files: parts.length, bytes: written, ...(aside === undefined ? {} : { aside }) }
  } catch (error) {
    await rm(staging, { recursive: true, force: true })
    if (options.signal?.aborted === true) throw cancelled(error)
    throw asFileError(error, 'The backup could not be restored')
  }
}

const cancelled = (cause: unknown): StoreError =>
  new StoreError('STORE_QUERY_CANCELLED', 'The restore was cancelled; nothing has changed.', { cause })

const isTaken = async (directory: string): Promise<boolean> =>
  existsSync(directory) &&
  (await readdir(directory).then(
    (names) => names.length > 0,
    () => true,
  ))

const makeStaging = async (staging: string): Promise<void> => {
  try {
    await makeFolder(dirname(staging))
    await mkdir(staging, { mode: 0o750 })
  } catch (error) {
    if (!existsSync(staging)) throw asFileError(error, `${staging} cannot be made`)
    const cure = 'remove it if no other restore is under way'
    throw new StoreError('STORE_BACKUP_TARGET', `${staging} is left of a restore that did not end: ${cure}.`)
  }
}

/** Not `recursive`: Node never returns from that where the system makes no folders, such as below /proc. */
const makeFolder = async (folder: string): Promise<void> => {
  if (existsSync(folder)) return
  await makeFolder(dirname(folder))
  await mkdir(folder, { mode: 0o750 })
}

/** What tells a cut or lost file before hours of work. */
const checkSizes = async (from: string, parts: readonly BackupPart[]): Promise<void> => {
  for (const { path, bytes } of parts.flatMap((part) => part.tables)) {
    const found = await stat(join(from, path)).catch(() => undefined)
    if (found === undefined) throw new StoreError('STORE_BACKUP_INVALID', `${from} is not whole: ${path} is missing.`)
    if (found.size !== bytes) {
      throw new StoreError('STORE_BACKUP_INVALID', `${from} is damaged: ${path} has ${found.size} bytes of ${bytes}.`)
    }
  }
}

/** Gives the size of what it has built. */
const build = async (staging: string, manifest: Manifest, options: RestoreOptions): Promise<number> => {
  const { parts, missing } = manifest
  const { signal, onProgress } = options
  const all = parts.reduce((sum, part) => sum + part.tables.length, 0)
  const store = randomUUID()
  let done = 0
  {
    using instance = await openInstance({ directory: staging, memoryBytes, tempBytes, threads: 2 })
    const connection = await instance.connect()
    await beginDeliveries(connection)
    const stop = (): void => connection.interrupt()
    signal?.addEventListener('abort', stop)
    try {
      const known: KnownFile[] = missing.map(({ name, reason }) => ({
        name,
        batch: 0,
        rows: 0,
        state: 'kept',
        trouble: `the backup that this was restored from has not all of it: ${reason}`.slice(0, 1000),
      }))
      // The main file last: it knows of all others.
      for (const part of parts.toSorted((a, b) => Number(a.name === mainPart) - Number(b.name === mainPart))) {
        const path = join(staging, `${part.name}.duckdb`)
        const { tier, from, to } = part
        await makeFile(connection, path, { schema: schemaVersion, store, tier, from, to }, { files: known })
        await attach(connection, path, alias)
        let times = emptyTimes
        for (const table of part.tables) {
          signal?.throwIfAborted()
          onProgress?.({ done: done++, all, what: table.path })
          times = spanOf(times, await load(connection, { table, schema: manifest.schema }, staging, options))
        }
        if (part.name === mainPart) await connection.run(insertResumePoints(alias))
        await writeState(connection, alias, stateOf(manifest, part, times))
        if (part.name !== mainPart) restored(known, part, manifest.batch)
        await connection.run(`CHECKPOINT ${identifier(alias)}`)
        await detach(connection, alias)
      }
    } finally {
      signal?.removeEventListener('abort', stop)
      connection.closeSync()
    }
  }
  await rm(join(staging, 'tmp'), { recursive: true, force: true })
  await syncFolder(staging)
  let bytes = 0
  for (const part of parts) bytes += (await stat(join(staging, `${part.name}.duckdb`))).size
  return bytes
}
const alias = 'restored'

/** Of schemas up to 6: becomes resume points. */
const deliveries = 'delivery'

const restored = (known: KnownFile[], { name, tables: of }: BackupPart, batch: number): void => {
  const file = `${name}.duckdb`
  const rows = of.reduce((sum, table) => sum + (table.name === deliveries ? 0 : table.rows), 0)
  const place = known.findIndex((one) => one.name === file)
  const trouble = known[place]?.trouble ?? null
  known.splice(place < 0 ? known.length : place, 1, { name: file, batch, rows, state: 'kept', trouble })
}

/** What is loaded is a copy whose checksum was taken while it was made: nothing can change between check and use. */
const load = async (
  connection: DuckDBConnection,
  { table, schema }: { readonly table: BackupTable; readonly schema: number },
  staging: string,
  { from, signal }: RestoreOptions,
): Promise<Times> => {
  const copy = join(staging, 'tmp', 'load.parquet')
  const damaged = (what: string, cause?: unknown): StoreError =>
    new StoreError(
      'STORE_BACKUP_INVALID',
      `${from} is damaged: ${table.path} ${what}.`,
      cause === undefined ? {} : { cause },
    )
  const digest = await copyFile(join(from, table.path), copy, signal)
  if (digest.sha256 !== table.sha256) throw damaged('is not what was written (its checksum is another)')
  const name = `${identifier(alias)}.${identifier(table.name)}`
  const source = `read_parquet(${literal(copy)})`
  const more = addedSince(schema, table.name)
  try {
    if (table.name === deliveries) await takeDeliveries(connection, source)
    else await query(connection, `INSERT INTO ${name} BY NAME SELECT *${more} FROM ${source}`)
  } catch (error) {
    const { code, message } = asStoreError(error)
    if (code === 'STORE_DISK_FULL' || code === 'STORE_QUERY_CANCELLED') throw asStoreError(error)
    throw damaged(`cannot be read: ${message}`, error)
  }
  const time = Object.values<Table>(tables).find((one) => one.name === table.name)?.time ?? null
  const at = time === null ? 'NULL' : identifier(time)
  const loaded = table.name === deliveries ? source : name
  const found = await query(connection, `SELECT count(*) AS n, min(${at}) AS a, max(${at}) AS b FROM ${loaded}`)
  const rows = Number(found.values('n')[0])
  if (rows !== table.rows) throw damaged(`has ${rows} rows of ${table.rows}`)
  await rm(copy)
  return { oldest: found.values('a')[0] as number | null, newest: found.values('b')[0] as number | null }
}

type Times = Pick<FileState, 'oldest' | 'newest'>
const emptyTimes: Times = { oldest: null, newest: null }
const spanOf = (a: Times, b: Times): Times => ({
  oldest: a.oldest === null || b.oldest === null ? (a.oldest ?? b.oldest) : Math.min(a.oldest, b.oldest),
  newest: a.newest === null || b.newest === null ? (a.newest ?? b.newest) : Math.max(a.newest, b.newest),
})

/** As if the last batch of the backup had been the last of each file: there is nothing to undo. */
const stateOf = ({ batch, newest }: Manifest, { tier }: BackupPart, times: Times): FileState => {
  const before = { rows: {}, oldest: times.oldest, newest: times.newest }
  return tier === 'kept' ? { ...emptyState, batch, newest } : { ...times, batch, before }
}

/** Gives the place of what was there, if anything was. */
const putInPlace = async (staging: string, directory: string, now: number): Promise<string | undefined> => {
  const parent = dirname(directory)
  const stamp = new Date(now).toISOString().replaceAll(/[:.]/g, '-')
  const aside = join(parent, `${basename(directory)}.before-${stamp}`)
  const taken = await isTaken(directory)
  if (taken) {
    if (existsSync(aside)) throw new StoreError('STORE_BACKUP_TARGET', `${aside} exists already.`)
    await rename(directory, aside)
  } else if (existsSync(directory)) await rmdir(directory)
  try {
    await rename(staging, directory)
  } catch (error) {
    if (taken) await rename(aside, directory)
    throw error
  }
  await syncFolder(parent)
  return taken ? aside : undefined
}
