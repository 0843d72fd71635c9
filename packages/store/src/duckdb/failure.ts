/** What DuckDB says, in the words of a store. */
import { StoreError } from '../store-errors.ts'
import type { StoreErrorCode } from '../store-errors.ts'

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
/** First line only: what follows is advice on settings that are not the operator's. */
const firstLine = (message: string): string => message.split('\n', 1)[0] ?? message

const sorts: readonly (readonly [RegExp, StoreErrorCode, string, boolean])[] = [
  [
    /No space left on device|disk quota|ENOSPC|EDQUOT|File too large|EFBIG/i,
    'STORE_DISK_FULL',
    'The disk is full',
    true,
  ],
  [/Conflicting lock is held|Could not set lock on file/, 'STORE_IN_USE', 'Another process has the store open', true],
  [
    /max_temp_directory_size|Out of Memory|could not allocate|failed to (pin|offload)/i,
    'STORE_QUERY_MEMORY',
    'The query needs more memory than it may take',
    false,
  ],
  [/Interrupted/, 'STORE_QUERY_CANCELLED', 'The query was ended', true],
  [
    /Trying to read a database file with version number|newer version of DuckDB|storage version/i,
    'STORE_TOO_NEW',
    'The file was written by a newer version',
    false,
  ],
  [/not a valid DuckDB database file/, 'STORE_FOREIGN', 'The file is not a database of Netstats', false],
  [
    /Corrupt|checksum|Could not read enough bytes|Failure while replaying WAL|Serialization Error|not a valid/i,
    'STORE_CORRUPT',
    'The file is damaged',
    false,
  ],
  [
    /^IO Error|Could not (read|write|open)|EIO|EACCES|EROFS|EPERM|Permission denied/i,
    'STORE_IO',
    'The files cannot be read or written',
    true,
  ],
]

/** The error as a `StoreError`; one that is one already stays what it is. */
export const asStoreError = (error: unknown): StoreError => {
  if (error instanceof StoreError) return error
  const message = messageOf(error)
  for (const [pattern, code, text, retryable] of sorts) {
    if (!pattern.test(message)) continue
    const pid = code === 'STORE_IN_USE' ? /\(PID (\d+)\)/.exec(message)?.[1] : undefined
    const detail = pid === undefined ? firstLine(message) : `process ${pid}`
    return new StoreError(code, `${text}: ${detail}.`, { retryable, cause: error })
  }
  return new StoreError('STORE_FAILED', `The store failed: ${firstLine(message)}.`, { retryable: true, cause: error })
}

/** For what can wait until there is room: making some matters more. */
export const unlessFull = (error: unknown): void => {
  if (asStoreError(error).code !== 'STORE_DISK_FULL') throw error
}

/** Anyone who asked wants no answer any more. */
export const cancelled = (): StoreError =>
  new StoreError('STORE_QUERY_CANCELLED', 'The query was taken back.', { retryable: true })

/** An error as it crosses the thread. */
export interface ErrorRecord {
  readonly code: StoreErrorCode
  readonly message: string
  readonly retryable: boolean
  readonly cause?: string
}
export const recordOf = (error: unknown): ErrorRecord => {
  const { code, message, retryable, cause } = asStoreError(error)
  return { code, message, retryable, ...(cause === undefined ? {} : { cause: messageOf(cause) }) }
}
export const errorOf = ({ code, message, retryable, cause }: ErrorRecord): StoreError =>
  new StoreError(code, message, { retryable, ...(cause === undefined ? {} : { cause: new Error(cause) }) })
