/** What is done to users: people with a password, scripts with an API token. */
import type { Actor, Audit } from './audit.ts'
import type { AuthFile } from './database.ts'
import { AuthError } from './errors.ts'
import { checkPassword } from './passwords.ts'
import type { Passwords } from './passwords.ts'
import type { Role } from './roles.ts'
import { apiTokenPrefix, createToken, digestOf } from './secrets.ts'
import type { SessionRecord, SessionTable } from './sessions.ts'
import type { UserRecord, UserTable } from './users.ts'

/** A user as it is shown. */
export interface UserInfo {
  readonly name: string
  readonly role: Role
  /** Whether it logs in with a password or shows an API token. */
  readonly kind: 'password' | 'token'
  /** When the API token ends; null: never, or there is none. */
  readonly tokenEndsAt: number | null
  readonly createdAt: number
  /** Last change of its role, password or token. */
  readonly changedAt: number
}

export interface UserWithToken {
  readonly user: UserInfo
  readonly token: string
}

export interface UserAdmin {
  list(): readonly UserInfo[]
  add(actor: Actor, user: { name: string; role: Role; password: string }): Promise<UserInfo>
  /** A user for scripts. The token is not kept, and not shown again. */
  addWithToken(actor: Actor, user: { name: string; role: Role } & TokenLife): UserWithToken
  /** Ends all sessions of the user but `except`. */
  setPassword(actor: Actor, user: { name: string; password: string }, except?: SessionRecord): Promise<UserInfo>
  /** A new API token for a script; the old one is worth nothing from now on. */
  rotateToken(actor: Actor, user: { name: string } & TokenLife): UserWithToken
  setRole(actor: Actor, user: { name: string; role: Role }): UserInfo
  remove(actor: Actor, user: { name: string }): void
}

/** How long an API token holds, milliseconds; null: without end. A year where nothing is said. */
export interface TokenLife {
  readonly lifeMs?: number | null | undefined
}

const yearMs = 365 * 86_400_000

interface Parts {
  readonly file: AuthFile
  readonly users: UserTable
  readonly sessions: SessionTable
  readonly passwords: Passwords
  readonly audit: Audit
  readonly now: () => number
}

// oxlint-disable-next-line max-lines-per-function -- each change to users takes the same steps: find, keep the last administrator, save with an audit entry
export const createUserAdmin = ({ file, users, sessions, passwords, audit, now }: Parts): UserAdmin => {
  const found = (name: string): UserRecord => {
    const user = users.get(name)
    if (user !== undefined) return user
    throw new AuthError('AUTH_USER_UNKNOWN', `No user "${name}" is known; netstats users list names those that are.`)
  }
  const checkFree = (name: string): void => {
    if (users.get(name) === undefined) return
    throw new AuthError('AUTH_USER_EXISTS', `There is a user "${name}" already; choose another name.`)
  }
  // A command on this machine can always make a new one; over the network that would be the end of it.
  const checkNotLast = (actor: Actor, user: UserRecord): void => {
    if (actor.via === 'cli' || user.role !== 'admin') return
    if (users.all().some((other) => other.role === 'admin' && other.name !== user.name)) return
    throw new AuthError('AUTH_LAST_ADMIN', `"${user.name}" is the last admin; make another one first.`)
  }
  const save = (
    actor: Actor,
    action: string,
    user: UserRecord,
    { detail = '', except }: { detail?: string; except?: SessionRecord | undefined } = {},
  ): UserInfo => {
    file.write(() => {
      audit.write(actor, { action, subject: user.name, detail })
      users.save(user)
      sessions.endOf(user.name, except)
    })
    return infoOf(user)
  }
  const endOf = ({ lifeMs = yearMs }: TokenLife): number | undefined => (lifeMs === null ? undefined : now() + lifeMs)
  const created = (name: string, role: Role): UserRecord => ({
    name,
    role,
    password: undefined,
    token: undefined,
    tokenEndsAt: undefined,
    createdAt: now(),
    changedAt: now(),
  })

  return {
    list: () => users.all().map(infoOf),
    async add(actor, { name, role, password }) {
      checkFree(name)
      const kept = await passwords.hash(checkPassword(password))
      checkFree(name)
      return save(actor, 'user-add', { ...created(name, role), password: kept }, { detail: role })
    },
    addWithToken(actor, { name, role, ...life }) {
      checkFree(name)
      const token = createToken(apiTokenPrefix)
      const tokenEndsAt = endOf(life)
      const detail = `${role}, token ${untilOf(tokenEndsAt)}`
      const user = save(actor, 'user-add', { ...created(name, role), token: digestOf(token), tokenEndsAt }, { detail })
      return { user, token }
    },
    async setPassword(actor, { name, password }, except) {
      if (found(name).token !== undefined)
        throw wrongKind(name, 'has an API token and no password; give it a new token')
      const kept = await passwords.hash(checkPassword(password))
      // It may have been removed while the hash was made.
      return save(actor, 'user-password', { ...found(name), password: kept, changedAt: now() }, { except })
    },
    rotateToken(actor, { name, ...life }) {
      const known = found(name)
      if (known.token === undefined) throw wrongKind(name, 'has a password and no API token; change its password')
      const token = createToken(apiTokenPrefix)
      const tokenEndsAt = endOf(life)
      const after = { ...known, token: digestOf(token), tokenEndsAt, changedAt: now() }
      return { user: save(actor, 'user-token', after, { detail: untilOf(tokenEndsAt) }), token }
    },
    setRole(actor, { name, role }) {
      const known = found(name)
      if (role !== 'admin') checkNotLast(actor, known)
      return save(actor, 'user-role', { ...known, role, changedAt: now() }, { detail: role })
    },
    remove(actor, { name }) {
      const known = found(name)
      checkNotLast(actor, known)
      file.write(() => {
        audit.write(actor, { action: 'user-remove', subject: name })
        users.remove(name)
        sessions.endOf(name)
      })
    },
  }
}

const wrongKind = (name: string, what: string): AuthError => new AuthError('AUTH_USER_KIND', `"${name}" ${what}.`)

const untilOf = (endsAt: number | undefined): string =>
  endsAt === undefined ? 'without end' : `until ${new Date(endsAt).toISOString()}`

const infoOf = (user: UserRecord): UserInfo => ({
  name: user.name,
  role: user.role,
  kind: user.token === undefined ? 'password' : 'token',
  tokenEndsAt: user.tokenEndsAt ?? null,
  createdAt: user.createdAt,
  changedAt: user.changedAt,
})
