/** The history of a data folder, for a command: through the server that runs on it, or by opening the files here. */
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { StoreError } from '@netstats/store'
import type { AdminOptions } from '@netstats/store'
import { openAlarmFile } from '../alarms/database.ts'
import { authPathIn, openAuthFile } from '../auth/database.ts'
import { alarmsFileName, authFileName, oldAuthFileName } from '../data-folder/folders.ts'
import { ServerError } from '../lib/errors.ts'
import type { HistoryConfig } from '../history/history-config.ts'
import { noteMarks, readMarks } from '../data-folder/marks.ts'
import { readManifest } from '@netstats/store/duckdb/admin'
import { restoreBackup } from '@netstats/store/duckdb/admin'
import type { RestoreReport } from '@netstats/store/duckdb/admin'
import { schemaVersion } from '@netstats/store/duckdb/admin'
import { openDuckStore } from '@netstats/store/duckdb'
import { createStoreAdmin } from './admin.ts'
import type { StoreAdmin } from './admin.ts'
import { createBackup } from './backup.ts'
import { findAdmin } from './client.ts'
import { giveFilesToOwner, giveToOwner, historyFolder } from '../data-folder/folders.ts'
import { stageAlarms } from './restore-alarms.ts'
import { hasAuthFile, stageAuth } from './restore-auth.ts'

interface Place {
  readonly data: string
  readonly history: Pick<HistoryConfig, 'enabled' | 'retention' | 'memory' | 'threads'>
}

export interface OpenedAdmin extends AsyncDisposable {
  readonly admin: StoreAdmin
  /** Where the history is. */
  readonly folder: string
  /** Whether a server runs on it, and answers. */
  readonly running: boolean
}

/** `needsHistory` is false for what can be done to the rest alone, where no history is kept. */
export const openStoreAdmin = async ({
  config,
  needsHistory = true,
}: {
  readonly config: Place
  readonly needsHistory?: boolean
}): Promise<OpenedAdmin> => {
  const { data, history } = config
  const folder = historyFolder(data)
  const running = await findAdmin(data)
  if (running !== undefined) {
    return { admin: running, folder, running: true, [Symbol.asyncDispose]: async () => undefined }
  }
  if (!existsSync(folder) || !readdirSync(folder).some((name) => name.endsWith('.duckdb'))) {
    const cure = 'name the data folder of the server with --data DIR, or its configuration with --config FILE'
    const missing = new ServerError('SERVER_HISTORY_MISSING', `There is no history in ${folder}; ${cure}.`)
    if (needsHistory || history.enabled || !existsSync(authPathIn(data))) throw missing
    const store = (): never => {
      throw missing
    }
    const backup = createBackup({ data, store: undefined, copyAuth: copyOf(data), copyAlarms: alarmsCopyOf(data) })
    const admin = createStoreAdmin({ store, retention: history.retention, backup, now: Date.now })
    return { admin, folder, running: false, [Symbol.asyncDispose]: async () => undefined }
  }
  const { retention, memory, threads } = history
  const store = await openDuckStore({
    directory: folder,
    retention,
    memoryBytes: memory,
    ...(threads === undefined ? {} : { threads }),
  }).catch((error: unknown) => {
    giveToOwner(folder)
    throw inUse(error) ?? error
  })
  return {
    admin: createStoreAdmin({
      store: () => store,
      retention,
      backup: createBackup({ data, store: () => store, copyAuth: copyOf(data), copyAlarms: alarmsCopyOf(data) }),
      now: Date.now,
    }),
    folder,
    running: false,
    async [Symbol.asyncDispose]() {
      try {
        await store[Symbol.asyncDispose]()
      } finally {
        giveToOwner(folder)
      }
    },
  }
}

/** Undefined where no server has begun to keep agents and users. */
const copyOf = (data: string): ((to: string) => Promise<void>) | undefined => {
  const path = authPathIn(data)
  const { auth } = readMarks(data)
  if (!existsSync(path) && auth === undefined) return undefined
  return async (to) => {
    using file = openAuthFile(path, auth)
    await file.copyTo(to)
  }
}

const alarmsCopyOf = (data: string): ((to: string) => Promise<void>) | undefined => {
  const path = join(data, alarmsFileName)
  if (!existsSync(path)) return undefined
  return async (to) => {
    using file = openAlarmFile(path)
    await file.copyTo(to)
  }
}

const inUse = (error: unknown): StoreError | undefined =>
  error instanceof StoreError && error.code === 'STORE_IN_USE'
    ? new StoreError(error.code, `${error.message} It does not answer on its admin socket: stop it first.`, {
        retryable: true,
        cause: error,
      })
    : undefined

interface RestoreEverythingOptions extends AdminOptions {
  readonly config: Pick<Place, 'data'>
  /** The backup. */
  readonly from: string
  /** Moves what is there aside. */
  readonly force: boolean
}

export interface RestoreEverythingReport extends RestoreReport {
  /** Where the file of agents and users that was there is now. */
  readonly authAside?: string
}

/** All that is in a backup. The server must be stopped. */
export const restoreEverything = async ({
  config: { data },
  ...options
}: RestoreEverythingOptions): Promise<RestoreEverythingReport> => {
  if ((await findAdmin(data)) !== undefined) {
    throw new ServerError('SERVER_RUNNING', `A server runs on ${data}; stop it before what it keeps is replaced.`)
  }
  const { from, force, signal } = options
  const { others, parts, missing } = await readManifest(from, schemaVersion)
  const also = others.map(({ name }) => (name === oldAuthFileName ? authFileName : name))
  if (also.includes(authFileName) && hasAuthFile(data) && !force) {
    throw new StoreError(
      'STORE_BACKUP_TARGET',
      `${data} has agents and users already; --force moves them aside and keeps them.`,
    )
  }
  using staged = await stageAuth({ from, data, others, signal })
  using alarms = await stageAlarms({ from, data, others, signal })
  const directory = historyFolder(data)
  const nothing = { path: data, rows: 0, files: 0, bytes: 0 }
  const report = parts.length === 0 ? nothing : await restoreBackup({ ...options, directory, now: Date.now })
  const authAside = await staged.putInPlace(Date.now())
  await alarms.putInPlace(Date.now())
  if (parts.length > 0) noteMarks(data, { history: true })
  if (parts.length > 0) giveToOwner(directory)
  giveFilesToOwner(data)
  return {
    ...report,
    also,
    ...(authAside === undefined ? {} : { authAside }),
    ...(missing.length === 0 ? {} : { missing }),
  }
}
