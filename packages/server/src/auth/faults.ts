import { dirname, join } from 'node:path'
import { identityFileName } from '../data-folder/marks.ts'
import { AuthError } from './errors.ts'

/** Primary result codes of SQLite, https://sqlite.org/rescode.html */
const busy = 5
const readOnly = 8
const ioError = 10
const corrupt = 11
const full = 13
const cannotOpen = 14
const notADatabase = 26

const resultCode = (error: unknown): number | undefined => {
  if (!(error instanceof Error) || !('errcode' in error)) return undefined
  return typeof error.errcode === 'number' ? error.errcode & 0xff : undefined
}

const faultOf = (error: unknown, path: string): unknown => {
  const said = error instanceof Error ? error.message : String(error)
  switch (resultCode(error)) {
    case corrupt:
    case notADatabase:
      return damaged(path, said, error)
    case busy:
      return new AuthError(
        'AUTH_FILE_IN_USE',
        `${path} is in use: a server runs on this folder already. Stop it, or choose another folder with --data.`,
        { retryable: true, cause: error },
      )
    case full:
    case readOnly:
    case ioError:
    case cannotOpen:
      return new AuthError(
        'AUTH_FILE_UNUSABLE',
        `${path} cannot be read or written (${said}); see that there is room, and that this user may.`,
        { retryable: true, cause: error },
      )
    case undefined:
    default:
      return error
  }
}

export const damaged = (path: string, what: string, cause?: unknown): AuthError =>
  new AuthError(
    'AUTH_FILE_CORRUPT',
    `${path} is damaged or not a file of ours (${what}). Nothing was changed: put a copy of it back, or move it away to begin without agents and users.`,
    { cause },
  )

/** Without it everybody who knows the shared secret would be let in, banned or not: nobody is, until somebody decides. */
export const lost = (path: string, what: string): AuthError =>
  new AuthError(
    'AUTH_FILE_MISSING',
    `${path} ${what}, and the agents, users and bans of this server were in it. Put it back (netstats restore, or a copy of it); to go on without them, remove "auth" from ${join(dirname(path), identityFileName)}.`,
  )

/** Runs `work`; what SQLite throws comes out as an `AuthError`. */
export const translating = <T>(path: string, work: () => T): T => {
  try {
    return work()
  } catch (error) {
    throw faultOf(error, path)
  }
}
