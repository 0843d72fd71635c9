/** Everything a server keeps, in one backup: the history as the store copies it, and what lies beside it. */
import { existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { ManagedStore } from '@netstats/store'
import { alarmsFileName, authFileName } from '../data-folder/folders.ts'
import { identityFileName } from '../data-folder/marks.ts'
import { backupOthers } from '@netstats/store/duckdb/admin'
import { ofFiles } from './admin.ts'
import type { StoreAdmin } from './admin.ts'

interface BackupParts {
  readonly data: string
  /** Undefined where no history is kept; throws while it cannot be used: a backup without it would not be whole. */
  readonly store: (() => ManagedStore) | undefined
  /** Undefined where there are neither agents nor users. */
  readonly copyAuth: ((to: string) => Promise<void>) | undefined
  /** Undefined where there are no alarms. */
  readonly copyAlarms?: ((to: string) => Promise<void>) | undefined
}

export const createBackup =
  ({ data, store, copyAuth, copyAlarms }: BackupParts): StoreAdmin['backup'] =>
  async (path, options = {}) => {
    const from = store?.()
    // Of files that are in use nobody else may make a copy, so their owner makes one first.
    const drafts = [
      { name: authFileName, copy: copyAuth, path: join(data, `${authFileName}.backup`) },
      { name: alarmsFileName, copy: copyAlarms, path: join(data, `${alarmsFileName}.backup`) },
    ]
    const clean = (): void => {
      for (const { path } of drafts)
        for (const end of ['', '-journal', '-wal', '-shm']) rmSync(path + end, { force: true })
    }
    const identity = join(data, identityFileName)
    clean()
    try {
      for (const { copy, path } of drafts) await copy?.(path)
      const alongside = [
        ...drafts.flatMap(({ name, copy, path }) => (copy === undefined ? [] : [{ name, path }])),
        ...(existsSync(identity) ? [{ name: identityFileName, path: identity }] : []),
      ]
      if (from === undefined) return await backupOthers({ path, alongside }, options)
      return await ofFiles(from).backup(path, { ...options, alongside })
    } finally {
      clean()
    }
  }
