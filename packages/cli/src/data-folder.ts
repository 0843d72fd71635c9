import { accessSync, constants, existsSync, mkdirSync, statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { CliError } from './errors.ts'

/** Who may enter a data folder that is made: the group of a server, for backups; of an agent nobody. */
export const folderModes = { server: 0o750, agent: 0o700 } as const

/** Makes the folder where something keeps its data, or says why it cannot be used and what to do. */
export const ensureDataFolder = (path: string, mode: number): string => {
  const folder = resolve(path)
  try {
    makeFolder(folder, mode)
    if (!statSync(folder).isDirectory()) throw Object.assign(new Error('not a folder'), { code: 'ENOTDIR' })
    accessSync(folder, constants.W_OK | constants.X_OK)
    return folder
  } catch (error) {
    throw new CliError(
      'CLI_DATA_UNUSABLE',
      `the data folder ${folder} ${reasonOf(error)}; choose another with --data DIR`,
      {
        cause: error,
      },
    )
  }
}

/** Not `recursive`: Node never returns from that where the system makes no folders, such as below /proc. */
const makeFolder = (folder: string, mode: number): void => {
  if (existsSync(folder)) return
  // Those above it are not ours: they are made as the system makes folders.
  makeFolder(dirname(folder), 0o777)
  try {
    mkdirSync(folder, { mode })
  } catch (error) {
    // Somebody else made it just now.
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
}

const reasonOf = (error: unknown): string => {
  const { code } = error as NodeJS.ErrnoException
  if (code === 'EACCES' || code === 'EPERM') return 'cannot be written: permission denied'
  if (code === 'EROFS') return 'is on a read-only file system'
  if (code === 'ENOTDIR' || code === 'EEXIST') return 'cannot be made: a file is in its way'
  if (code === 'ENOSPC') return 'cannot be made: no space is left on the disk'
  return `cannot be made (${code ?? 'unknown reason'})`
}
