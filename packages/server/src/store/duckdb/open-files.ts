/**
 * Opening a store's folder. Each file is looked at before anything may change it: what is damaged, foreign, newer or in
 * use stays as it is, byte for byte. `main.duckdb` decides about the store; any other file only about itself.
 */
import { randomUUID } from 'node:crypto'
import { existsSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { DuckDBConnection } from '@duckdb/node-api'
import { StoreError } from '@netstats/sdk/store'
import type { ExpiringTier } from '@netstats/sdk/store'
import { attach, detach, inFile, inspect, makeFile, newEnding } from './attach.ts'
import { schemaVersion } from './ddl.ts'
import { asStoreError } from './failure.ts'
import { createFileSet, createStoreFile } from './file-set.ts'
import type { FileSet } from './file-set.ts'
import type { Instance } from './instance.ts'
import { migrate } from './migrate.ts'
import type { WorkerOptions } from './options.ts'
import { tierOfName } from './periods.ts'
import { readState } from './record.ts'
import { noteAttached } from './store-file.ts'
import type { StoreFile, UnusableFile } from './store-file.ts'
import { boundariesOf } from './undo.ts'

const mainName = 'main.duckdb'

type OpenOptions = Pick<WorkerOptions, 'directory' | 'retention' | 'openFiles'>

const openMain = async (
  connection: DuckDBConnection,
  directory: string,
): Promise<{ readonly main: StoreFile; readonly store: string }> => {
  const main = createStoreFile(directory, mainName, { tier: 'kept', from: null, to: null })
  if (!existsSync(main.path)) {
    const orphans = readdirSync(directory).filter((name) => tierOfName(name) !== undefined)
    if (orphans.length > 0) {
      throw new StoreError(
        'STORE_CORRUPT',
        `${mainName} is missing, and ${orphans.length} files of its store are there.`,
      )
    }
    const store = randomUUID()
    await makeFile(
      connection,
      main.path,
      { schema: schemaVersion, store, tier: 'kept', from: null, to: null },
      { first: true },
    )
  }
  const record = await inspect(connection, main.path, mainName)
  if (record.tier !== 'kept') throw new StoreError('STORE_FOREIGN', `${mainName} is another file of a store.`)
  try {
    await attach(connection, main.path, main.alias)
    noteAttached(main)
    await migrate(connection, main, record.schema)
    main.state = await readState(connection, main.alias, mainName)
  } catch (error) {
    throw inFile(error, mainName)
  }
  return { main, store: record.store }
}

/** What a process that ended in the middle of something left behind. */
const removeLeftovers = (directory: string): void => {
  for (const name of readdirSync(directory)) {
    if (name.endsWith(newEnding) || name.endsWith(`${newEnding}.wal`)) rmSync(join(directory, name), { force: true })
    // The log of a file that was being removed.
    const logged = name.endsWith('.wal') ? name.slice(0, -'.wal'.length) : undefined
    if (logged !== undefined && tierOfName(logged) && !existsSync(join(directory, logged))) {
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
  { main, store }: { readonly main: StoreFile; readonly store: string },
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
        `${name} is at batch ${file.state.batch}, ${mainName} at ${main.state.batch}.`,
      )
    }
    if (file.state.batch > main.state.batch) file.hidden = await boundariesOf(connection, file)
  } catch (error) {
    await detach(connection, file.alias)
    throw error
  }
  return file
}

export const openFiles = async (
  instance: Instance,
  { directory, retention, openFiles: most }: OpenOptions,
): Promise<FileSet> => {
  const connection = await instance.connect()
  const opened = await openMain(connection, directory)
  removeLeftovers(directory)
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
      if (asStoreError(error).code !== 'STORE_DISK_FULL') throw inFile(error, file.name)
      await files.reload(file)
    }
  }
  return files
}
