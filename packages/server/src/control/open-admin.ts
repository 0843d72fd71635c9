/** The history of a data folder, for a command: through the server that runs on it, or by opening the files here. */
import { existsSync, readdirSync } from 'node:fs'
import { StoreError } from '@netstats/sdk/store'
import type { AdminOptions } from '@netstats/sdk/store'
import { ServerError } from '../errors.ts'
import type { HistoryConfig } from '../history/config.ts'
import { restoreBackup } from '../store/duckdb/admin/restore.ts'
import type { RestoreReport } from '../store/duckdb/admin/restore.ts'
import { openDuckStore } from '../store/duckdb/mod.ts'
import { createStoreAdmin } from './admin.ts'
import type { StoreAdmin } from './admin.ts'
import { findControl } from './client.ts'
import { giveToOwner, historyFolder } from './history-folder.ts'

interface Place {
  readonly data: string
  readonly history: Pick<HistoryConfig, 'retention' | 'memory' | 'threads'>
}

export interface OpenedAdmin extends AsyncDisposable {
  readonly admin: StoreAdmin
  /** Where the history is. */
  readonly folder: string
  /** Whether a server runs on it, and answers. */
  readonly running: boolean
}

export const openStoreAdmin = async ({ config }: { readonly config: Place }): Promise<OpenedAdmin> => {
  const { data, history } = config
  const folder = historyFolder(data)
  const running = await findControl(data)
  if (running !== undefined) {
    return { admin: running, folder, running: true, [Symbol.asyncDispose]: async () => undefined }
  }
  if (!existsSync(folder) || !readdirSync(folder).some((name) => name.endsWith('.duckdb'))) {
    const cure = 'name the data folder of the server with --data DIR, or its configuration with --config FILE'
    throw new ServerError('SERVER_HISTORY_MISSING', `There is no history in ${folder}; ${cure}.`)
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
    admin: createStoreAdmin({ store, retention, now: Date.now }),
    folder,
    running: false,
    async [Symbol.asyncDispose]() {
      await store[Symbol.asyncDispose]()
      giveToOwner(folder)
    },
  }
}

const inUse = (error: unknown): StoreError | undefined =>
  error instanceof StoreError && error.code === 'STORE_IN_USE'
    ? new StoreError(error.code, `${error.message} It does not answer on its control socket: stop it first.`, {
        retryable: true,
        cause: error,
      })
    : undefined

interface RestoreStoreOptions extends AdminOptions {
  readonly config: Pick<Place, 'data'>
  /** The backup. */
  readonly from: string
  /** Moves a history that is there aside. */
  readonly force: boolean
}

/** The server must be stopped. */
export const restoreStore = async ({ config, ...options }: RestoreStoreOptions): Promise<RestoreReport> => {
  if ((await findControl(config.data)) !== undefined) {
    throw new ServerError('SERVER_RUNNING', `A server runs on ${config.data}; stop it before its history is replaced.`)
  }
  const directory = historyFolder(config.data)
  const report = await restoreBackup({ ...options, directory, now: Date.now })
  giveToOwner(directory)
  return report
}
