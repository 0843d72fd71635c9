/** Tells who sends an HTTP request: by the cookie of a session, by an API token, or as anonymous. */
import type { IncomingMessage } from 'node:http'
import type { Actor, Audit } from './audit.ts'
import type { GoodPairs } from './good-pairs.ts'
import { createLoginThrottling } from './login-throttling.ts'
import { createTokenBucket, originOf, takeTokens } from '@netstats/sdk/limits'
import type { Rate } from '@netstats/sdk/limits'
import type { Passwords } from './passwords.ts'
import type { RefusedLogins } from './refused-logins.ts'
import type { Role } from './roles.ts'
import { apiTokenPrefix, digestOf } from './secrets.ts'
import type { SessionRecord, SessionTable } from './sessions.ts'
import type { UserTable } from './users.ts'

/** The sender of a request, and what it may do. */
export interface Principal {
  /** Undefined without a login. */
  readonly name: string | undefined
  readonly role: Role
  readonly via: 'anonymous' | 'session' | 'token'
  readonly session?: SessionRecord
}

export type LoginOutcome =
  | { readonly ok: true; readonly cookie: string; readonly principal: Principal; readonly endsAt: number }
  | { readonly ok: false; readonly reason: 'wrong' }
  | { readonly ok: false; readonly reason: 'locked-out'; readonly retryMs: number }

export interface HttpAuthenticator {
  /** Undefined: may see nothing. An invalid token never counts as anonymous. */
  identify(request: Pick<IncomingMessage, 'headers'>): Principal | undefined
  /** The role of a request, where nothing else is needed. */
  authorize(request: Pick<IncomingMessage, 'headers'>): Role | undefined
  /** Notes a refused request that showed an API token which is unknown or has ended. */
  noteBadToken(request: Pick<IncomingMessage, 'headers'>, address: string): void
  /** Rejects with `AUTH_BUSY` when too many logins run at once. */
  login(name: string, password: string, address: string): Promise<LoginOutcome>
  /** Checks the password of a user who already has a session; counts like a login. */
  confirm(name: string, password: string, address: string): Promise<'right' | 'wrong' | { readonly retryMs: number }>
  logout(principal: Principal, address: string): void
  /** Calls when the session or the API token of a principal ends; never for others. Returns a function that ends the calls. */
  onEnd(principal: Principal, listener: () => void): () => void
  endsAt(principal: Principal): number | undefined
  readonly anonymous: Role | undefined
  readonly counts: Readonly<Record<'logins' | 'wrong' | 'lockedOut' | 'badTokens', number>>
}

interface HttpAuthenticatorParts {
  readonly users: UserTable
  readonly sessions: SessionTable
  readonly passwords: Passwords
  readonly audit: Audit
  readonly anonymous: Role | undefined
  readonly failures: number
  readonly lockMs: number
  /** Pairs of user and address that logged in before. */
  readonly good: GoodPairs
  /** Takes note of refused logins. */
  readonly refused: Pick<RefusedLogins, 'note'>
  readonly now: () => number
}

/** Rows of the audit log for logins that were refused: some 4000 a day in the long run, of 100,000 that are kept. */
const refusedRate: Rate = { burst: 1000, perSecond: 0.05 }

export const cookieName = 'netstats_session'

// oxlint-disable-next-line max-lines-per-function -- cookies, tokens and passwords lead to one principal, under the same throttling, counts and audit limit
export const createHttpAuthenticator = (parts: HttpAuthenticatorParts): HttpAuthenticator => {
  const { users, sessions, passwords, audit, now } = parts
  const throttling = createLoginThrottling({ failures: parts.failures, lockMs: parts.lockMs, good: parts.good })
  const counts = { logins: 0, wrong: 0, lockedOut: 0, badTokens: 0 }
  const refusedRows = createTokenBucket(refusedRate, now())
  let unwritten = 0
  const nobody: Principal | undefined =
    parts.anonymous === undefined ? undefined : { name: undefined, role: parts.anonymous, via: 'anonymous' }

  /** Where cookies of two sessions come, one was put there by somebody else: then it is none. */
  const bySession = (header: string | undefined): Principal | undefined => {
    const [session, other] = cookiesOf(header).flatMap((cookie) => sessions.find(cookie, now()) ?? [])
    const user = session && users.get(session.user)
    return user && other === undefined ? { name: user.name, role: user.role, via: 'session', session } : undefined
  }

  const byToken = (token: string): Principal | undefined => {
    const user = users.byToken(digestOf(token))
    if (user === undefined || (user.tokenEndsAt ?? Infinity) <= now()) return undefined
    return { name: user.name, role: user.role, via: 'token' }
  }

  const identify = ({ headers }: Pick<IncomingMessage, 'headers'>): Principal | undefined => {
    const shown = shownBy(headers.authorization)
    if (shown === 'nothing') return bySession(headers.cookie) ?? nobody
    // What a proxy has put there for itself is no token of ours, and does not take a session away.
    const principal = shown === 'foreign' ? bySession(headers.cookie) : byToken(shown.token)
    if (principal === undefined) counts.badTokens++
    return principal
  }

  const noteBadToken: HttpAuthenticator['noteBadToken'] = ({ headers }, address) => {
    const shown = shownBy(headers.authorization)
    if (typeof shown === 'string' || byToken(shown.token) !== undefined) return
    parts.refused.note({ name: '', address, reason: 'bad-api-token', via: 'http', count: 1, at: now() })
  }

  /** A name that nobody has may be a password in the wrong field, and is not shown. */
  const tell = (name: string, address: string, reason: 'wrong-password' | 'locked-out'): void =>
    parts.refused.note({
      name: users.get(name) === undefined ? '' : name,
      address,
      reason,
      via: 'login',
      count: 1,
      at: now(),
    })

  /** Guesses from many addresses must not push administrative entries out of the log. */
  const auditRefused = (name: string, address: string): void => {
    if (!takeTokens(refusedRows, refusedRate, now())) {
      unwritten++
      return
    }
    const shown = users.get(name) === undefined ? '(no user)' : name
    const detail = unwritten === 0 ? '' : `${unwritten} more were refused since the last such entry`
    unwritten = 0
    audit.later({ name: shown, via: 'login', address }, { action: 'login', subject: shown, result: 'refused', detail })
  }

  const confirm: HttpAuthenticator['confirm'] = async (name, password, address) => {
    const who = { address: originOf(address), identity: name }
    const retryMs = throttling.lockedMs(who, now())
    if (retryMs > 0) {
      counts.lockedOut++
      tell(name, address, 'locked-out')
      return { retryMs }
    }
    // Counted before the password is looked at: many at once must not all pass for the first try.
    throttling.failed(who, now())
    const kept = users.get(name)?.password
    const asker = { origin: who.address, known: throttling.isKnown(who) }
    const mixed = users.some(({ password: one }) => one !== undefined && passwords.isDated(one))
    const isRight = await passwords.verify(password, kept, asker, mixed).catch((error: unknown) => {
      throttling.forgive(who, now())
      throw error
    })
    // It may have been changed in the meantime.
    if (!isRight || kept === undefined || users.get(name)?.password !== kept) {
      counts.wrong++
      tell(name, address, 'wrong-password')
      return 'wrong'
    }
    throttling.turnedOutGood(who, now())
    if (passwords.isDated(kept)) {
      // Where too many log in at the moment, the next good login does it.
      const renewed = await passwords.hash(password).catch(() => undefined)
      const user = users.get(name)
      if (renewed !== undefined && user?.password === kept) users.save({ ...user, password: renewed })
    }
    return 'right'
  }

  return {
    identify,
    authorize: (request) => identify(request)?.role,
    noteBadToken,
    confirm,
    async login(name, password, address) {
      const actor: Actor = { name, via: 'login', address }
      const outcome = await confirm(name, password, address)
      if (outcome === 'wrong') {
        auditRefused(name, address)
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
    onEnd({ via, name, session }, listener) {
      if (session !== undefined) return sessions.onEnd(session, listener)
      return via === 'token' && name !== undefined ? users.onTokenEnd(name, listener) : () => undefined
    },
    endsAt: ({ session }) => (session === undefined ? undefined : sessions.endsAt(session)),
    anonymous: parts.anonymous,
    counts,
  }
}

/**
 * Of one name there may be several: of another path, another port, or of a page of a neighbouring name, which could put so many
 * before ours that it is never looked at. All of them are: the headers of a request hold some 250.
 */
const cookiesOf = (header: string | undefined): readonly string[] => {
  const found = (header ?? '').matchAll(/(?<=^|;)\s*netstats_session=([\w-]{43})\s*(?=;|$)/g)
  return [...new Set(Array.from(found, ([, value = '']) => value))]
}

/**
 * What a request shows in `Authorization`. Proxies use it for logins of their own: only `Bearer` is meant for us, and of those
 * only what begins as our tokens do.
 */
const shownBy = (header: string | undefined): 'nothing' | 'foreign' | { readonly token: string } => {
  const [, scheme, given = ''] = /^(?:(bearer)(?: +|$))?(.*)$/is.exec(header ?? '') ?? []
  if (scheme === undefined && !given.startsWith(apiTokenPrefix)) return 'nothing'
  if (scheme !== undefined && given !== '' && !given.startsWith(apiTokenPrefix)) return 'foreign'
  return { token: scheme !== undefined && /^\S{1,200}$/.test(given) ? given : '' }
}

/** The header that sets the cookie, or takes it away. */
export const cookieHeader = (
  cookie: string | undefined,
  options: { secure: boolean; maxAgeMs: number; path?: string },
): string =>
  [
    `${cookieName}=${cookie ?? ''}`,
    `Path=${options.path ?? '/'}`,
    'HttpOnly',
    'SameSite=Strict',
    `Max-Age=${cookie === undefined ? 0 : Math.floor(options.maxAgeMs / 1000)}`,
    ...(options.secure ? ['Secure'] : []),
  ].join('; ')
