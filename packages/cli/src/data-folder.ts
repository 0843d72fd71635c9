import { accessSync, constants, existsSync, mkdirSync, statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { CliError } from './errors.ts'

/** Makes the folder where something keeps its data, or says why it can not be used and what to do. */
export const ensureDataFolder = (path: string): string => {
  const folder = resolve(path)
  try {
    makeFolder(folder)
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
const makeFolder = (folder: string): void => {
  if (existsSync(folder)) return
  makeFolder(dirname(folder))
  try {
    mkdirSync(folder)
  } catch (error) {
    // Somebody else made it just now.
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
}

const reasonOf = (error: unknown): string => {
  const { code } = error as NodeJS.ErrnoException
  if (code === 'EACCES' || code === 'EPERM') return 'can not be written: permission denied'
  if (code === 'EROFS') return 'is on a read-only file system'
  if (code === 'ENOTDIR' || code === 'EEXIST') return 'can not be made: a file is in its way'
  if (code === 'ENOSPC') return 'can not be made: no space is left on the disk'
  return `can not be made (${code ?? 'unknown reason'})`
}
