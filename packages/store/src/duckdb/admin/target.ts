/** The folder of a backup while it is written: under a name that says so, until all of it is on the disk. */
import { existsSync } from 'node:fs'
import { mkdir, rename, rm } from 'node:fs/promises'
import { dirname, join, relative, resolve } from 'node:path'
import { StoreError } from '../../store-errors.ts'
import { asFileError, copyFile, syncFolder, writeDurable } from './files.ts'
import type { Digest } from './files.ts'
import { manifestFiles } from './manifest.ts'
import type { Manifest } from './manifest.ts'

/** Disposed without `finish`, nothing is left of it. */
export interface BackupTarget extends AsyncDisposable {
  /** Copies a file to a path with slashes. */
  add(path: string, from: string, signal?: AbortSignal, mode?: number): Promise<Digest>
  finish(manifest: Manifest): Promise<void>
}

/** `directory` is the store's own folder, in which no backup may be; undefined where there is no store. */
export const openTarget = async (path: string, directory: string | undefined): Promise<BackupTarget> => {
  if (directory !== undefined && !relative(resolve(directory), resolve(path)).startsWith('..')) {
    throw new StoreError('STORE_BACKUP_TARGET', `${path} is within the store itself; choose another folder.`)
  }
  if (existsSync(path)) throw new StoreError('STORE_BACKUP_TARGET', `${path} exists already; choose another folder.`)
  const draft = `${path}.partial`
  const failed = `The backup cannot be written to ${path}`
  try {
    await mkdir(draft, { mode: 0o750 })
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT') {
      throw new StoreError('STORE_BACKUP_TARGET', `${dirname(path)} does not exist; make it first.`, { cause: error })
    }
    if (code !== 'EEXIST') throw asFileError(error, failed)
    const cure = 'remove it if no other backup is under way'
    throw new StoreError('STORE_BACKUP_TARGET', `${draft} is left of a backup that did not end: ${cure}.`)
  }
  const folders = new Set<string>()
  let finished = false
  return {
    async add(name, from, signal, mode) {
      const to = join(draft, name)
      try {
        if (!folders.has(dirname(to))) await mkdir(dirname(to), { recursive: true, mode: 0o750 })
        folders.add(dirname(to))
        return await copyFile(from, to, signal, mode)
      } catch (error) {
        throw asFileError(error, failed)
      }
    },
    async finish(manifest) {
      try {
        for (const [name, text] of manifestFiles(manifest)) await writeDurable(join(draft, name), text)
        for (const folder of [...folders, draft]) await syncFolder(folder)
        // An empty folder that somebody made meanwhile would be replaced; anything else makes this fail.
        await rename(draft, path)
        finished = true
        await syncFolder(dirname(path))
      } catch (error) {
        throw asFileError(error, failed)
      }
    },
    async [Symbol.asyncDispose]() {
      if (!finished) await rm(draft, { recursive: true, force: true })
    },
  }
}
