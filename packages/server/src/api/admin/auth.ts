/** The way from a request to what is known of agents and users, and from its faults to problems. */
import type { Actor } from '../../auth/audit.ts'
import { AuthError } from '../../auth/errors.ts'
import type { AuthErrorCode } from '../../auth/errors.ts'
import type { Auth } from '../../auth/mod.ts'
import { PersonalAnswer } from '../answer.ts'
import type { ApiContext, HandleOptions } from '../endpoint.ts'
import { Problem } from '../../net/problem.ts'
import type { ProblemCode } from '../../net/problem.ts'

/** Runs `use` on what is known of agents and users, and gives what it gives to nobody but anyone who asked. */
export const onAuth = async ({ auth }: ApiContext, use: (auth: Auth) => unknown): Promise<PersonalAnswer | Problem> => {
  if (auth === undefined) return new Problem('API_AUTH_UNAVAILABLE', 'This server knows no users.')
  try {
    const given = await use(auth)
    return given instanceof PersonalAnswer || given instanceof Problem ? given : new PersonalAnswer(given)
  } catch (error) {
    if (!(error instanceof AuthError)) throw error
    return new Problem(codes[error.code], codes[error.code] === 'API_AUTH_UNAVAILABLE' ? hidden : error.message)
  }
}

export const actorOf = ({ principal, client }: HandleOptions): Actor => ({
  name: principal?.name ?? '',
  via: principal?.via === 'token' ? 'token' : 'session',
  address: client,
})

const hidden = 'It cannot be read or written; the log of the server has the reason.'

const codes: Readonly<Record<AuthErrorCode, ProblemCode>> = {
  AUTH_FILE_CORRUPT: 'API_AUTH_UNAVAILABLE',
  AUTH_FILE_MISSING: 'API_AUTH_UNAVAILABLE',
  AUTH_FILE_TOO_NEW: 'API_AUTH_UNAVAILABLE',
  AUTH_FILE_IN_USE: 'API_AUTH_UNAVAILABLE',
  AUTH_FILE_UNUSABLE: 'API_AUTH_UNAVAILABLE',
  AUTH_AGENT_EXISTS: 'API_AGENT_EXISTS',
  AUTH_AGENT_UNKNOWN: 'API_AGENT_UNKNOWN',
  AUTH_KEY_INVALID: 'API_KEY_INVALID',
  AUTH_KEY_TAKEN: 'API_KEY_TAKEN',
  AUTH_USER_EXISTS: 'API_USER_EXISTS',
  AUTH_USER_UNKNOWN: 'API_USER_UNKNOWN',
  AUTH_USER_KIND: 'API_USER_KIND',
  AUTH_PASSWORD_WEAK: 'API_PASSWORD_WEAK',
  AUTH_LAST_ADMIN: 'API_LAST_ADMIN',
  AUTH_FULL: 'API_AUTH_FULL',
  AUTH_BUSY: 'API_AUTH_BUSY',
  AUTH_ARGUMENT_INVALID: 'API_BODY_INVALID',
  AUTH_NODE_UNKNOWN: 'API_NODE_UNKNOWN',
  AUTH_NODE_ACTIVE: 'API_NODE_ACTIVE',
  AUTH_NETWORK_UNKNOWN: 'API_NETWORK_UNKNOWN',
  AUTH_NETWORK_EXISTS: 'API_NETWORK_EXISTS',
  AUTH_TOO_MANY: 'API_TOO_MANY_NODES',
  AUTH_SERVER_NEEDED: 'API_AUTH_UNAVAILABLE',
}
