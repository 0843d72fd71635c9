import { accessSync, constants, mkdirSync, statSync } from 'node:fs'
import { resolve } from 'node:path'
import { CliError } from './errors.ts'

/** Makes the folder where something keeps its data, or says why it can not be used and what to do. */
export const ensureDataFolder = (path: string): string => {
  const folder = resolve(path)
  try {
    mkdirSync(folder, { recursive: true })
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

const reasonOf = (error: unknown): string => {
  const { code } = error as NodeJS.ErrnoException
  if (code === 'EACCES' || code === 'EPERM') return 'can not be written: permission denied'
  if (code === 'EROFS') return 'is on a read-only file system'
  if (code === 'ENOTDIR' || code === 'EEXIST') return 'can not be made: a file is in its way'
  if (code === 'ENOSPC') return 'can not be made: no space is left on the disk'
  return `can not be made (${code ?? 'unknown reason'})`
}
