/** The way from a request to what is known of agents and users, and from its faults to problems. */
import type { Actor } from '../../access/audit.ts'
import { AccessError } from '../../access/errors.ts'
import type { AccessErrorCode } from '../../access/errors.ts'
import type { Access } from '../../access/mod.ts'
import { PersonalAnswer } from '../answer.ts'
import type { ApiContext, HandleOptions } from '../endpoint.ts'
import { Problem } from '../problem.ts'
import type { ProblemCode } from '../problem.ts'

/** Runs `use` on what is known of agents and users, and gives what it gives to nobody but whoever asked. */
export const onAccess = async (
  { access }: ApiContext,
  use: (access: Access) => unknown,
): Promise<PersonalAnswer | Problem> => {
  if (access === undefined) return new Problem('API_ACCESS_UNAVAILABLE', 'This server knows no users.')
  try {
    const given = await use(access)
    return given instanceof PersonalAnswer || given instanceof Problem ? given : new PersonalAnswer(given)
  } catch (error) {
    if (!(error instanceof AccessError)) throw error
    return new Problem(codes[error.code], codes[error.code] === 'API_ACCESS_UNAVAILABLE' ? hidden : error.message)
  }
}

export const actorOf = ({ principal, client }: HandleOptions): Actor => ({
  name: principal?.name ?? '',
  via: principal?.via === 'token' ? 'token' : 'session',
  address: client,
})

const hidden = 'It can not be read or written; the log of the server has the reason.'

const codes: Readonly<Record<AccessErrorCode, ProblemCode>> = {
  ACCESS_FILE_CORRUPT: 'API_ACCESS_UNAVAILABLE',
  ACCESS_FILE_TOO_NEW: 'API_ACCESS_UNAVAILABLE',
  ACCESS_FILE_IN_USE: 'API_ACCESS_UNAVAILABLE',
  ACCESS_FILE_UNUSABLE: 'API_ACCESS_UNAVAILABLE',
  ACCESS_AGENT_EXISTS: 'API_AGENT_EXISTS',
  ACCESS_AGENT_UNKNOWN: 'API_AGENT_UNKNOWN',
  ACCESS_KEY_INVALID: 'API_KEY_INVALID',
  ACCESS_KEY_TAKEN: 'API_KEY_TAKEN',
  ACCESS_USER_EXISTS: 'API_USER_EXISTS',
  ACCESS_USER_UNKNOWN: 'API_USER_UNKNOWN',
  ACCESS_USER_KIND: 'API_USER_KIND',
  ACCESS_PASSWORD_WEAK: 'API_PASSWORD_WEAK',
  ACCESS_LAST_ADMIN: 'API_LAST_ADMIN',
  ACCESS_FULL: 'API_ACCESS_FULL',
  ACCESS_BUSY: 'API_ACCESS_BUSY',
  ACCESS_ARGUMENT_INVALID: 'API_BODY_INVALID',
}
