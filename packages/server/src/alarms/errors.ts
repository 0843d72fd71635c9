import { BaseError } from '@netstats/protocol'

/** What can go wrong with the file of alarms. Each code says what to do in its message. */
export const alarmErrorCodes = [
  'ALARMS_FILE_CORRUPT',
  'ALARMS_FILE_TOO_NEW',
  'ALARMS_FILE_IN_USE',
  'ALARMS_FILE_UNUSABLE',
] as const
export type AlarmErrorCode = (typeof alarmErrorCodes)[number]

export class AlarmError extends BaseError {
  override readonly name = 'AlarmError'
  declare readonly code: AlarmErrorCode
  constructor(code: AlarmErrorCode, message: string, options: { retryable?: boolean; cause?: unknown } = {}) {
    super(code, message, options)
  }
}

/** Primary result codes of SQLite, https://sqlite.org/rescode.html */
const busy = 5
const corrupt = 11
const notADatabase = 26

const resultCode = (error: unknown): number | undefined => {
  if (!(error instanceof Error) || !('errcode' in error)) return undefined
  return typeof error.errcode === 'number' ? error.errcode & 0xff : undefined
}

export const damaged = (path: string, what: string, cause?: unknown): AlarmError =>
  new AlarmError('ALARMS_FILE_CORRUPT', `${path} is damaged or not a file of ours (${what}).`, { cause })

/** Runs `work`; what SQLite or the system throws comes out as an `AlarmError`. */
export const translating = <T>(path: string, work: () => T): T => {
  try {
    return work()
  } catch (cause) {
    if (cause instanceof AlarmError) throw cause
    const said = cause instanceof Error ? cause.message : String(cause)
    switch (resultCode(cause)) {
      case corrupt:
      case notADatabase:
        throw damaged(path, said, cause)
      case busy:
        throw new AlarmError(
          'ALARMS_FILE_IN_USE',
          `${path} is in use: a server runs on this folder already. Stop it, or choose another folder with --data.`,
          { retryable: true, cause },
        )
      case undefined:
      default:
        throw new AlarmError(
          'ALARMS_FILE_UNUSABLE',
          `${path} cannot be read or written (${said}); see that there is room, and that this user may.`,
          { retryable: true, cause },
        )
    }
  }
}
