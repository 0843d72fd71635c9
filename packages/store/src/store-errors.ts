import { BaseError } from '@netstats/protocol'

/** What can go wrong with a store. Where `retryable` is true the same call may succeed later. */
export const storeErrorCodes = [
  'STORE_CLOSED',
  'STORE_BUSY',
  'STORE_IN_USE',
  'STORE_DISK_FULL',
  'STORE_IO',
  'STORE_CORRUPT',
  'STORE_FOREIGN',
  'STORE_TOO_NEW',
  'STORE_UNUSABLE',
  'STORE_QUERY_TIMEOUT',
  'STORE_QUERY_MEMORY',
  'STORE_QUERY_CANCELLED',
  'STORE_QUERY_INVALID',
  'STORE_BACKUP_TARGET',
  'STORE_BACKUP_INVALID',
  'STORE_FAILED',
] as const
export type StoreErrorCode = (typeof storeErrorCodes)[number]

export class StoreError extends BaseError {
  override readonly name = 'StoreError'
  declare readonly code: StoreErrorCode
  constructor(code: StoreErrorCode, message: string, options: { retryable?: boolean; cause?: unknown } = {}) {
    super(code, message, options)
  }
}
