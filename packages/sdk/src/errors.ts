import { BaseError } from '@netstats/protocol'

/** What an operator reads of a fault: its message, bounded, whatever was thrown. */
export const reasonOf = (error: unknown): string => {
  const text = error instanceof Error ? error.message || error.name : String(error)
  return text.length > 300 ? `${text.slice(0, 299)}…` : text
}

/** The host uses a part in a way it cannot serve: a bug of the program, never of its input. */
export class UsageError extends BaseError {
  override readonly name = 'UsageError'
}

/** A sink broke its contract in a way that only a new one can repair. */
export class SinkError extends BaseError {
  override readonly name = 'SinkError'
}

/** What can go wrong with a spool, and with the storage below it. */
export const spoolErrorCodes = [
  'SPOOL_IN_USE',
  'SPOOL_CLOSED',
  'SPOOL_DISK_FULL',
  'SPOOL_IO',
  'SPOOL_CORRUPT',
  'SPOOL_TOO_NEW',
  'SPOOL_UNUSABLE',
  'SPOOL_READER_OPEN',
  'SPOOL_READER_BUSY',
  'SPOOL_COMMIT_AHEAD',
  'SPOOL_TOO_MANY_READERS',
  'SPOOL_CHECKPOINT_INVALID',
] as const
export type SpoolErrorCode = (typeof spoolErrorCodes)[number]

export class SpoolError extends BaseError {
  override readonly name = 'SpoolError'
  declare readonly code: SpoolErrorCode
  constructor(code: SpoolErrorCode, message: string, options: { retryable?: boolean; cause?: unknown } = {}) {
    super(code, message, options)
  }
}
