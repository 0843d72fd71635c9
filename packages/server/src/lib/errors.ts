import { BaseError } from '@netstats/protocol'

/** Every way the server fails at run time. Each code says what to do in its message. */
export type ServerErrorCode =
  | 'SERVER_OPEN_TO_ALL'
  | 'SERVER_DATA_UNWRITABLE'
  | 'SERVER_IDENTITY_CORRUPT'
  | 'SERVER_ROSTER_CORRUPT'
  | 'SERVER_ADDRESS_IN_USE'
  | 'SERVER_LISTEN_FAILED'
  | 'SERVER_ADDRESS_INVALID'
  | 'SERVER_GEO_DATABASE_UNREADABLE'
  | 'SERVER_GEO_DATABASE_INVALID'
  | 'SERVER_ADMIN_TAKEN'
  | 'SERVER_ADMIN_DENIED'
  | 'SERVER_ADMIN_REFUSED'
  | 'SERVER_ADMIN_BROKEN'
  | 'SERVER_ENDING'
  | 'SERVER_RUNNING'
  | 'SERVER_HISTORY_MISSING'
  | 'TLS_UNUSABLE'

export class ServerError extends BaseError {
  override readonly name = 'ServerError'
  declare readonly code: ServerErrorCode
  constructor(code: ServerErrorCode, message: string, options: { retryable?: boolean; cause?: unknown } = {}) {
    super(code, message, options)
  }
}
