/**
 * Opening a store's folder. Each file is looked at before anything may change it: what is damaged, foreign, newer or in
 * use stays as it is, byte for byte. `main.duckdb` decides about the store; any other file only about itself.
 */
import { randomUUID } from 'node:crypto'
import { existsSync, lstatSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { DuckDBConnection } from '@duckdb/node-api'
import { StoreError } from '../store-errors.ts'
import type { ExpiringTier } from '../table.ts'
import { attach, detach, inFile, inspect, makeFile, newEnding } from './attach.ts'
import { compare, rowsIn } from './compare.ts'
import { schemaVersion } from './ddl.ts'
import { asStoreError, unlessFull } from './failure.ts'
import { createFileSet, createStoreFile } from './file-set.ts'
import type { FileSet } from './file-set.ts'
import type { Instance } from './instance.ts'
import { migrate } from './migrate.ts'
import { addResumePoints, endDeliveries, readDeliveries } from './migrations/resume-points.ts'
import type { WorkerOptions } from './options.ts'
import { tierOfName } from './periods.ts'
import { readState } from './record.ts'
import { createRoster } from './roster.ts'
import type { Roster } from './roster.ts'
import { noteAttached } from './store-file.ts'
import type { StoreFile, UnusableFile } from './store-file.ts'
import { boundariesOf } from './undo.ts'

const mainName = 'main.duckdb'

type OpenOptions = Pick<WorkerOptions, 'directory' | 'retention' | 'openFiles' | 'replaces'>

const replaced = 'the history that was here before is gone with all its files; this one was begun in its place'

const openMain = async (
  connection: DuckDBConnection,
  directory: string,
  replaces: boolean,
): Promise<{ readonly main: StoreFile; readonly store: string }> => {
  const main = createStoreFile(directory, mainName, { tier: 'kept', from: null, to: null })
  if (lstatSync(main.path, { throwIfNoEntry: false }) === undefined) {
    const orphans = readdirSync(directory).filter(
      (name) => tierOfName(name.replace(/\.wal$/, '')) !== undefined || name === `${mainName}.wal`,
    )
    if (orphans.length > 0) {
      throw new StoreError(
        'STORE_CORRUPT',
        `${mainName} is missing, and ${orphans.length} files of its store are there: restore a backup, or move the folder away to begin a new one.`,
      )
    }
    const store = randomUUID()
    await makeFile(
      connection,
      main.path,
      { schema: schemaVersion, store, tier: 'kept', from: null, to: null },
      { first: true, ...(replaces && { trouble: replaced }) },
    )
  }
  const record = await inspect(connection, main.path, mainName)
  if (record.tier !== 'kept') throw new StoreError('STORE_FOREIGN', `${mainName} is another file of a store.`)
  try {
    await attach(connection, main.path, main.alias)
    noteAttached(main)
    main.state = await readState(connection, main.alias, mainName)
    if (record.schema <= addResumePoints.from)
      await readDeliveries(connection, directory, { store: record.store, batch: main.state.batch })
    await migrate(connection, main, record.schema)
    await endDeliveries(connection)
  } catch (error) {
    throw inFile(error, mainName)
  }
  return { main, store: record.store }
}

/** What a process that ended in the middle of something left behind. */
const removeLeftovers = (directory: string, roster: Roster): void => {
  for (const { name, state } of roster.all()) {
    if (state !== 'leaving') continue
    for (const ending of ['.wal', '']) rmSync(join(directory, name + ending), { force: true })
    roster.forget(name)
  }
  for (const name of readdirSync(directory)) {
    if (name.endsWith(newEnding) || name.endsWith(`${newEnding}.wal`)) rmSync(join(directory, name), { force: true })
    // The log of a file that was being removed. Of one that should be there it is all that is left.
    const logged = name.endsWith('.wal') ? name.slice(0, -'.wal'.length) : undefined
    const isLost = logged !== undefined && roster.get(logged) !== undefined
    if (logged !== undefined && !isLost && tierOfName(logged) && !existsSync(join(directory, logged))) {
      rmSync(join(directory, name), { force: true })
    }
  }
  const temp = join(directory, 'tmp')
  for (const name of readdirSync(temp)) rmSync(join(temp, name), { recursive: true, force: true })
}

const openPeriod = async (
  connection: DuckDBConnection,
  directory: string,
  name: string,
  tier: ExpiringTier,
  { main, store, roster }: { readonly main: StoreFile; readonly store: string; readonly roster: Roster },
): Promise<StoreFile> => {
  const record = await inspect(connection, join(directory, name), name)
  const { from, to } = record
  if (record.store !== store) throw new StoreError('STORE_FOREIGN', `${name} belongs to another store.`)
  if (record.tier !== tier || from === null || to === null || to <= from) {
    throw new StoreError('STORE_FOREIGN', `${name} holds something else than its name says.`)
  }
  const file = createStoreFile(directory, name, { tier, from, to })
  await attach(connection, file.path, file.alias)
  noteAttached(file)
  try {
    await migrate(connection, file, record.schema)
    file.state = await readState(connection, file.alias, name)
    if (file.state.batch > main.state.batch + 1) {
      throw new StoreError(
        'STORE_CORRUPT',
        `${name} is at batch ${file.state.batch}, ${mainName} at ${main.state.batch}: the log of that (.wal) was lost or cut, or an older copy of it was put there.`,
      )
    }
    if (file.state.batch > main.state.batch) file.hidden = await boundariesOf(connection, file)
    const rows = await rowsIn(connection, file)
    // One without rows was made for a batch that did not come to be.
    if (roster.get(name) === undefined && !roster.isNew && rows > 0) {
      throw new StoreError(
        'STORE_FOREIGN',
        `${name} is none of the files of this store: it was dropped before, or somebody put a copy there.`,
      )
    }
    compare(roster, file, rows, main.state.batch)
  } catch (error) {
    await detach(connection, file.alias)
    throw error
  }
  return file
}

export const openFiles = async (
  instance: Instance,
  { directory, retention, openFiles: most, replaces }: OpenOptions,
): Promise<FileSet> => {
  const connection = await instance.connect()
  const { main, store } = await openMain(connection, directory, replaces)
  const roster = createRoster(connection, main.alias)
  await roster.read()
  const opened = { main, store, roster }
  removeLeftovers(directory, roster)
  const periods: StoreFile[] = []
  const unusable: UnusableFile[] = []
  for (const name of readdirSync(directory).sort()) {
    const tier = tierOfName(name)
    if (tier === undefined) continue
    try {
      const file = await openPeriod(connection, directory, name, tier, opened)
      periods.push(file)
      if (periods.length > most && file.hidden === undefined) {
        await detach(connection, file.alias)
        file.attached = false
      }
    } catch (error) {
      unusable.push({ name, path: join(directory, name), tier, reason: asStoreError(error).message })
    }
  }
  const files = createFileSet({
    directory,
    connection,
    connect: () => instance.connect(),
    retention,
    openFiles: most,
    ...opened,
    periods,
    unusable,
  })
  // A full disk leaves them hidden until there is room.
  for (const file of periods) {
    if (file.hidden === undefined) continue
    try {
      await files.settle(file)
    } catch (error) {
      unlessFull(inFile(error, file.name))
      await files.reload(file)
    }
  }
  // Where there is no room, the next batch brings it.
  await roster.save().catch(unlessFull)
  return files
}
