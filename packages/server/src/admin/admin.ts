/** Administers what a server keeps. This process owns the files, or a running server is asked over its socket. */
import { StoreError } from '@netstats/store'
import type {
  AdminOptions,
  BackupReport,
  FileTrouble,
  ManagedStore,
  PruneReport,
  Retention,
  StoreAdmin as StoreFiles,
  StoreInfo,
  VerifyReport,
} from '@netstats/store'

export interface StoreAdmin {
  info(options?: AdminOptions): Promise<StoreInfo>
  verify(options?: AdminOptions): Promise<VerifyReport>
  /** Of the history, of agents and users, of who the server is. `path` is absolute and does not exist yet. */
  backup(path: string, options?: AdminOptions): Promise<BackupReport>
  /** Takes note of what files have lost: it is no longer reported. */
  accept(options?: AdminOptions): Promise<AcceptReport>
  /** By the retention of the configuration; a dry run only says what it would drop. */
  prune(options?: PruneOptions): Promise<PruneReport>
}

export interface AcceptReport {
  readonly files: readonly FileTrouble[]
  /** What is none of the store's, and to be moved away. */
  readonly left: readonly FileTrouble[]
}

export interface PruneOptions extends AdminOptions {
  readonly dryRun?: boolean
}

interface StoreAdminParts {
  /** Throws while it cannot be used. */
  readonly store: () => ManagedStore
  readonly retention: Retention
  readonly backup: StoreAdmin['backup']
  /** Unix milliseconds. */
  readonly now: () => number
}

export const createStoreAdmin = ({ store, retention, backup, now }: StoreAdminParts): StoreAdmin => ({
  info: async ({ signal } = {}) =>
    store().info({ timeoutMs: infoTimeoutMs, ...(signal === undefined ? {} : { signal }) }),
  verify: async (options) => ofFiles(store()).verify(options),
  backup,
  async accept({ signal } = {}) {
    const options = signal === undefined ? {} : { signal }
    const files = ofFiles(store())
    return { files: await files.accept(options), left: await files.condition(options) }
  },
  async prune({ dryRun = false, ...options } = {}) {
    if (!dryRun) return store().prune(retention, now(), options)
    return expired(await store().info({ timeoutMs: infoTimeoutMs }), retention, now())
  },
})

/** Throws where the store has no files of its own: its database is administered by other means. */
export const ofFiles = ({ condition, accept, verify, backup }: ManagedStore): StoreFiles => {
  if (condition === undefined || accept === undefined || verify === undefined || backup === undefined)
    throw new StoreError(
      'STORE_BACKUP_TARGET',
      'The store has no files: its database is administered by its own tools.',
    )
  return { condition, accept, verify, backup }
}

/** Every row of every file is counted: minutes on a large store with a slow disk. */
const infoTimeoutMs = 600_000

/** What a prune at this moment would drop. */
export const expired = (info: StoreInfo, retention: Retention, now: number): PruneReport => {
  const files = info.files.filter(({ tier, to }) => {
    const keptMs = (retention as Readonly<Record<string, number | undefined>>)[tier]
    return keptMs !== undefined && to !== null && to <= now - keptMs
  })
  return { files: files.map((file) => file.name), bytes: files.reduce((sum, file) => sum + file.bytes, 0) }
}
