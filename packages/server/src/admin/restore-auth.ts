/** The file of agents and users out of a backup: checked beside its place, then put there by renaming. */
import { existsSync, renameSync, rmSync, statSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { StoreError } from '@netstats/store'
import { authPathIn, openAuthFile } from '../auth/database.ts'
import { AuthError } from '../auth/errors.ts'
import { authFileName, oldAuthFileName } from '../data-folder/folders.ts'
import { identityFileName, noteMarks } from '../data-folder/marks.ts'
import { copyFile, syncFolder } from '@netstats/store/duckdb/admin'
import type { BackupOther } from '@netstats/store/duckdb/admin'

interface StagedAuth extends Disposable {
  /** Gives the place of what was there, if anything was. */
  putInPlace(now: number): Promise<string | undefined>
}

export interface StageOptions {
  /** The backup. */
  readonly from: string
  readonly data: string
  readonly others: readonly BackupOther[]
  readonly signal?: AbortSignal | undefined
}

export const checkedCopy = async (
  from: string,
  to: string,
  { name, sha256 }: BackupOther,
  signal?: AbortSignal,
): Promise<void> => {
  rmSync(to, { force: true })
  const digest = await copyFile(join(from, name), to, signal, 0o600).catch((error: unknown) => {
    if (signal?.aborted === true) throw error
    throw new StoreError('STORE_BACKUP_INVALID', `${from} is not whole: ${name} cannot be read.`, { cause: error })
  })
  if (digest.sha256 === sha256) return
  rmSync(to, { force: true })
  throw new StoreError(
    'STORE_BACKUP_INVALID',
    `${from} is damaged: ${name} is not what was written (its checksum is another).`,
  )
}

/** Whether there are agents and users already; throws while a process has them open, whatever state the file is in. */
export const hasAuthFile = (data: string): boolean => {
  const path = authPathIn(data)
  if (!existsSync(path) || statSync(path).size === 0) return false
  try {
    openAuthFile(path)[Symbol.dispose]()
  } catch (error) {
    if (error instanceof AuthError && error.code === 'AUTH_FILE_IN_USE') throw error
  }
  return true
}

export const stageAuth = async ({ from, data, others, signal }: StageOptions): Promise<StagedAuth> => {
  const find = (name: BackupOther['name']): BackupOther | undefined => others.find((one) => one.name === name)
  const auth = find(authFileName) ?? find(oldAuthFileName)
  const identity = find(identityFileName)
  const path = authPathIn(data)
  const staged = `${path}.restoring`
  const stagedIdentity = join(data, `${identityFileName}.restoring`)
  const clean = (): void => {
    for (const end of ['', '-journal', '-wal', '-shm']) rmSync(staged + end, { force: true })
    rmSync(stagedIdentity, { force: true })
  }
  let id: string | undefined
  try {
    if (others.length > 0) await mkdir(data, { recursive: true, mode: 0o750 })
    if (identity !== undefined) await checkedCopy(from, stagedIdentity, identity, signal)
    if (auth !== undefined) {
      await checkedCopy(from, staged, auth, signal)
      using file = openAuthFile(staged)
      // Who has logged out since must not be in again.
      file.write(() => file.db.exec('DELETE FROM sessions'))
      id = file.id
    }
  } catch (error) {
    clean()
    throw error
  }
  return {
    async putInPlace(now) {
      // Who the server is stays, where that is known.
      if (identity !== undefined && !existsSync(join(data, identityFileName))) {
        renameSync(stagedIdentity, join(data, identityFileName))
      }
      if (id === undefined) return undefined
      const aside = `${path}.before-${new Date(now).toISOString().replaceAll(/[:.]/g, '-')}`
      const isThere = existsSync(path)
      // The log goes with its file: there it would be read into the other.
      for (const end of ['-wal', '-shm', '']) if (existsSync(path + end)) renameSync(path + end, aside + end)
      renameSync(staged, path)
      noteMarks(data, { auth: id })
      await syncFolder(data)
      return isThere ? aside : undefined
    },
    [Symbol.dispose]: clean,
  }
}
