import { BaseError } from '@netstats/protocol'

/** What can go wrong with agents, users and their file. Each code says what to do in its message. */
export const accessErrorCodes = [
  'ACCESS_FILE_CORRUPT',
  'ACCESS_FILE_TOO_NEW',
  'ACCESS_FILE_IN_USE',
  'ACCESS_FILE_UNUSABLE',
  'ACCESS_AGENT_EXISTS',
  'ACCESS_AGENT_UNKNOWN',
  'ACCESS_KEY_INVALID',
  'ACCESS_KEY_TAKEN',
  'ACCESS_USER_EXISTS',
  'ACCESS_USER_UNKNOWN',
  'ACCESS_PASSWORD_WEAK',
  'ACCESS_LAST_ADMIN',
  'ACCESS_FULL',
  'ACCESS_BUSY',
  'ACCESS_ARGUMENT_INVALID',
  'ACCESS_USER_KIND',
] as const
export type AccessErrorCode = (typeof accessErrorCodes)[number]

export class AccessError extends BaseError {
  override readonly name = 'AccessError'
  declare readonly code: AccessErrorCode
  constructor(code: AccessErrorCode, message: string, options: { retryable?: boolean; cause?: unknown } = {}) {
    super(code, message, options)
  }
}
