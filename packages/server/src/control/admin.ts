/** What an operator does to a store, whoever owns its files: this process, or a server that is asked over its socket. */
import type {
  AdminOptions,
  BackupReport,
  PruneReport,
  Retention,
  Store,
  StoreInfo,
  VerifyReport,
} from '@netstats/sdk/store'

export interface StoreAdmin {
  info(options?: AdminOptions): Promise<StoreInfo>
  verify(options?: AdminOptions): Promise<VerifyReport>
  /** `path` is absolute and does not exist yet. */
  backup(path: string, options?: AdminOptions): Promise<BackupReport>
  /** By the retention of the configuration; a dry run only says what it would drop. */
  prune(options?: PruneOptions): Promise<PruneReport>
}

export interface PruneOptions extends AdminOptions {
  readonly dryRun?: boolean
}

interface StoreAdminParts {
  readonly store: Store
  readonly retention: Retention
  /** Unix milliseconds. */
  readonly now: () => number
}

export const createStoreAdmin = ({ store, retention, now }: StoreAdminParts): StoreAdmin => ({
  info: ({ signal } = {}) => store.info({ timeoutMs: infoTimeoutMs, ...(signal === undefined ? {} : { signal }) }),
  verify: (options) => store.verify(options),
  backup: (path, options) => store.backup(path, options),
  async prune({ dryRun = false, ...options } = {}) {
    if (!dryRun) return store.prune(retention, now(), options)
    return expired(await store.info({ timeoutMs: infoTimeoutMs }), retention, now())
  },
})

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
