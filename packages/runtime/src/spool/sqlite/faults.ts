import { SpoolError } from '@netstats/sdk'

/** Primary result codes of SQLite, https://sqlite.org/rescode.html */
const busy = 5
const readOnly = 8
const ioError = 10
const corrupt = 11
const full = 13
const cannotOpen = 14
const notADatabase = 26

/** SQLite's primary result code, where the error is SQLite's. */
const resultCode = (error: unknown): number | undefined => {
  if (!(error instanceof Error) || !('errcode' in error)) return undefined
  return typeof error.errcode === 'number' ? error.errcode & 0xff : undefined
}

/** What a fault of SQLite means for a spool; anything else is a bug and stays what it is. */
export const spoolFault = (error: unknown, path: string): unknown => {
  switch (resultCode(error)) {
    case full:
      return new SpoolError(
        'SPOOL_DISK_FULL',
        `No room on the disk to write ${path}; free some, or give the agent a data directory on another disk.`,
        { retryable: true, cause: error },
      )
    case ioError:
    case readOnly:
    case cannotOpen:
      return new SpoolError(
        'SPOOL_IO',
        `The disk below ${path} fails: ${(error as Error).message}; see what the system says of it.`,
        {
          retryable: true,
          cause: error,
        },
      )
    case corrupt:
    case notADatabase:
      return new SpoolError('SPOOL_CORRUPT', `${path} is damaged: ${(error as Error).message}.`, { cause: error })
    case busy:
      return new SpoolError(
        'SPOOL_IN_USE',
        `${path} is in use by another process. Stop the other agent, or give this one a data directory of its own.`,
        { retryable: true, cause: error },
      )
    case undefined:
    default:
      return isOutOfRange(error)
        ? new SpoolError('SPOOL_CORRUPT', `${path} is damaged: it holds a number that was never written.`, {
            cause: error,
          })
        : error
  }
}

/** A number beyond what JavaScript holds exactly: a spool has none. */
const isOutOfRange = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'ERR_OUT_OF_RANGE'

/** Runs `work`; what SQLite throws comes out as a `SpoolError`. */
export const translating = <T>(path: string, work: () => T): T => {
  try {
    return work()
  } catch (error) {
    throw spoolFault(error, path)
  }
}
