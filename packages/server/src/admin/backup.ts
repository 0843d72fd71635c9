/** Everything a server keeps, in one backup: the history as the store copies it, and what lies beside it. */
import { existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { ManagedStore } from '@netstats/store'
import { authFileName } from '../data-folder/folders.ts'
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
}

export const createBackup =
  ({ data, store, copyAuth }: BackupParts): StoreAdmin['backup'] =>
  async (path, options = {}) => {
    const from = store?.()
    // Of the file that is in use nobody else may make a copy, so its owner makes one first.
    const draft = join(data, `${authFileName}.backup`)
    const identity = join(data, identityFileName)
    rmSync(draft, { force: true })
    try {
      await copyAuth?.(draft)
      const alongside = [
        ...(copyAuth === undefined ? [] : [{ name: authFileName, path: draft }]),
        ...(existsSync(identity) ? [{ name: identityFileName, path: identity }] : []),
      ]
      if (from === undefined) return await backupOthers({ path, alongside }, options)
      return await ofFiles(from).backup(path, { ...options, alongside })
    } finally {
      for (const end of ['', '-journal', '-wal', '-shm']) rmSync(draft + end, { force: true })
    }
  }
