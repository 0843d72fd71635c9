/** Who asks over HTTP: by the cookie of a session, by an API token, or as nobody in particular. */
import type { IncomingMessage } from 'node:http'
import type { Actor, Audit } from './audit.ts'
import { createGuesses } from './guesses.ts'
import { originOf } from './names.ts'
import type { Passwords } from './passwords.ts'
import type { Role } from './roles.ts'
import { apiTokenPrefix, digestOf } from './secrets.ts'
import type { SessionRecord, SessionTable } from './sessions.ts'
import type { UserTable } from './users.ts'

/** Who asks, and what they may. */
export interface Principal {
  /** Undefined for who has not logged in. */
  readonly name: string | undefined
  readonly role: Role
  readonly via: 'anonymous' | 'session' | 'token'
  readonly session?: SessionRecord
}

export type LoginOutcome =
  | { readonly ok: true; readonly cookie: string; readonly principal: Principal; readonly endsAt: number }
  | { readonly ok: false; readonly reason: 'wrong' }
  | { readonly ok: false; readonly reason: 'locked-out'; readonly retryMs: number }

export interface Doors {
  /** Undefined: nobody that may see anything. A token that is none never counts as nobody in particular. */
  identify(request: Pick<IncomingMessage, 'headers'>): Principal | undefined
  /** The role of a request, for who does not need to know more. */
  authorize(request: Pick<IncomingMessage, 'headers'>): Role | undefined
  /** Rejects with `ACCESS_BUSY` where too many try at once. */
  login(name: string, password: string, address: string): Promise<LoginOutcome>
  /** Whether it is the password of the user, who asks with a session; counts like a login. */
  confirm(name: string, password: string, address: string): Promise<'right' | 'wrong' | { readonly retryMs: number }>
  logout(principal: Principal, address: string): void
  /** Calls when the session of a principal ends; never for others. Gives what ends the calls. */
  onEnd(principal: Principal, listener: () => void): () => void
  endsAt(principal: Principal): number | undefined
  readonly anonymous: Role | undefined
  readonly counts: Readonly<Record<'logins' | 'wrong' | 'lockedOut' | 'badTokens', number>>
}

interface DoorsParts {
  readonly users: UserTable
  readonly sessions: SessionTable
  readonly passwords: Passwords
  readonly audit: Audit
  readonly anonymous: Role | undefined
  readonly failures: number
  readonly lockMs: number
  readonly now: () => number
}

export const cookieName = 'netstats_session'

export const createDoors = (parts: DoorsParts): Doors => {
  const { users, sessions, passwords, audit, now } = parts
  const guesses = createGuesses({ failures: parts.failures, lockMs: parts.lockMs })
  const counts = { logins: 0, wrong: 0, lockedOut: 0, badTokens: 0 }
  const nobody: Principal | undefined =
    parts.anonymous === undefined ? undefined : { name: undefined, role: parts.anonymous, via: 'anonymous' }

  const bySession = (cookie: string): Principal | undefined => {
    const session = sessions.find(cookie, now())
    const user = session && users.get(session.user)
    return user && { name: user.name, role: user.role, via: 'session', session }
  }

  const identify = ({ headers }: Pick<IncomingMessage, 'headers'>): Principal | undefined => {
    if (headers.authorization !== undefined) {
      const token = /^Bearer +(\S{1,200})$/i.exec(headers.authorization)?.[1]
      const user = token?.startsWith(apiTokenPrefix) ? users.byToken(digestOf(token)) : undefined
      if (user === undefined) counts.badTokens++
      return user && { name: user.name, role: user.role, via: 'token' }
    }
    const cookie = cookieOf(headers.cookie)
    return (cookie === undefined ? undefined : bySession(cookie)) ?? nobody
  }

  const confirm: Doors['confirm'] = async (name, password, address) => {
    const who = { address: originOf(address), identity: name }
    const retryMs = guesses.lockedMs(who, now())
    if (retryMs > 0) {
      counts.lockedOut++
      return { retryMs }
    }
    // Counted before the password is looked at: many at once must not all pass for the first try.
    guesses.failed(who, now())
    const kept = users.get(name)?.password
    const isRight = await passwords.verify(password, kept).catch((error: unknown) => {
      guesses.forgive(who, now())
      throw error
    })
    // It may have been changed in the meantime.
    if (!isRight || kept === undefined || users.get(name)?.password !== kept) {
      counts.wrong++
      return 'wrong'
    }
    guesses.turnedOutGood(who, now())
    if (passwords.isDated(kept)) {
      const renewed = await passwords.hash(password)
      const user = users.get(name)
      if (user?.password === kept) users.save({ ...user, password: renewed })
    }
    return 'right'
  }

  return {
    identify,
    authorize: (request) => identify(request)?.role,
    confirm,
    async login(name, password, address) {
      const actor: Actor = { name, via: 'login', address }
      const outcome = await confirm(name, password, address)
      if (outcome === 'wrong') {
        audit.later(actor, { action: 'login', subject: name, result: 'refused' })
        return { ok: false, reason: 'wrong' }
      }
      if (outcome !== 'right') return { ok: false, reason: 'locked-out', retryMs: outcome.retryMs }
      const user = users.get(name)
      if (user === undefined) return { ok: false, reason: 'wrong' }
      counts.logins++
      audit.later(actor, { action: 'login', subject: name })
      const { cookie, session } = sessions.begin(name, address, now())
      const principal: Principal = { name, role: user.role, via: 'session', session }
      return { ok: true, cookie, principal, endsAt: sessions.endsAt(session) }
    },
    logout({ name = '', session }, address) {
      if (session === undefined) return
      audit.later({ name, via: 'session', address }, { action: 'logout', subject: name })
      sessions.end(session)
    },
    onEnd: ({ session }, listener) => (session === undefined ? () => undefined : sessions.onEnd(session, listener)),
    endsAt: ({ session }) => (session === undefined ? undefined : sessions.endsAt(session)),
    anonymous: parts.anonymous,
    counts,
  }
}

/** Browsers send what they have for a path first; a second one of the same name is somebody's else. */
const cookieOf = (header: string | undefined): string | undefined =>
  header === undefined ? undefined : /(?:^|;\s*)netstats_session=([\w-]{43})(?:;|$)/.exec(header)?.[1]

/** The header that sets the cookie, or takes it away. */
export const cookieHeader = (cookie: string | undefined, options: { secure: boolean; maxAgeMs: number }): string =>
  [
    `${cookieName}=${cookie ?? ''}`,
    'Path=/',
    'HttpOnly',
    'SameSite=Strict',
    `Max-Age=${cookie === undefined ? 0 : Math.floor(options.maxAgeMs / 1000)}`,
    ...(options.secure ? ['Secure'] : []),
  ].join('; ')
