import { BaseError } from '@netstats/protocol'

/** What can go wrong with agents, users and their file. Each code says what to do in its message. */
export const authErrorCodes = [
  'AUTH_FILE_CORRUPT',
  'AUTH_FILE_MISSING',
  'AUTH_FILE_TOO_NEW',
  'AUTH_FILE_IN_USE',
  'AUTH_FILE_UNUSABLE',
  'AUTH_AGENT_EXISTS',
  'AUTH_AGENT_UNKNOWN',
  'AUTH_KEY_INVALID',
  'AUTH_KEY_TAKEN',
  'AUTH_USER_EXISTS',
  'AUTH_USER_UNKNOWN',
  'AUTH_PASSWORD_WEAK',
  'AUTH_LAST_ADMIN',
  'AUTH_FULL',
  'AUTH_BUSY',
  'AUTH_ARGUMENT_INVALID',
  'AUTH_USER_KIND',
  'AUTH_NODE_UNKNOWN',
  'AUTH_NODE_ACTIVE',
  'AUTH_NETWORK_UNKNOWN',
  'AUTH_NETWORK_EXISTS',
  'AUTH_TOO_MANY',
  'AUTH_SERVER_NEEDED',
] as const
export type AuthErrorCode = (typeof authErrorCodes)[number]

export class AuthError extends BaseError {
  override readonly name = 'AuthError'
  declare readonly code: AuthErrorCode
  constructor(code: AuthErrorCode, message: string, options: { retryable?: boolean; cause?: unknown } = {}) {
    super(code, message, options)
  }
}
