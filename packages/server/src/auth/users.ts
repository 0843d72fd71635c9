/** People and scripts: in memory for every request, written through to the file. */
import type { AuthFile } from './database.ts'
import { AuthError } from './errors.ts'
import type { Role } from './roles.ts'

export interface UserRecord {
  readonly name: string
  readonly role: Role
  /** What passwords.ts makes of it; undefined for scripts. */
  readonly password: string | undefined
  /** Digest of the API token; undefined for people. */
  readonly token: Buffer | undefined
  /** When the API token ends; undefined: never. */
  readonly tokenEndsAt: number | undefined
  readonly createdAt: number
  readonly changedAt: number
}

export interface UserTable {
  get(name: string): UserRecord | undefined
  byToken(token: Buffer): UserRecord | undefined
  save(user: UserRecord): void
  remove(name: string): void
  all(): readonly UserRecord[]
  some(test: (user: UserRecord) => boolean): boolean
  /** Calls when the API token of the user ends, by its time or by a change; gives what ends the calls. */
  onTokenEnd(name: string, listener: () => void): () => void
  /** Tells of tokens whose time is up. */
  endTokens(at: number): void
}

const maxUsers = 10_000

export const createUserTable = ({ db, onWritten }: AuthFile): UserTable => {
  const users = new Map<string, UserRecord>()
  const tokens = new Map<string, UserRecord>()
  const listeners = new Map<string, Set<() => void>>()
  const put = db.prepare('INSERT OR REPLACE INTO users VALUES (?, ?, ?, ?, ?, ?, ?)')
  const drop = db.prepare('DELETE FROM users WHERE name = ?')

  const tokenEnded = (name: string): void => {
    const told = listeners.get(name)
    listeners.delete(name)
    for (const listener of told ?? []) listener()
  }
  const forget = (user: UserRecord | undefined): void => {
    if (user === undefined) return
    users.delete(user.name)
    if (user.token === undefined) return
    tokens.delete(user.token.toString('latin1'))
    tokenEnded(user.name)
  }
  const index = (user: UserRecord): void => {
    forget(users.get(user.name))
    users.set(user.name, user)
    if (user.token !== undefined) tokens.set(user.token.toString('latin1'), user)
  }
  for (const row of db.prepare('SELECT * FROM users').iterate()) index(fromRow(row))

  return {
    get: (name) => users.get(name),
    byToken: (token) => tokens.get(token.toString('latin1')),
    save(user) {
      if (!users.has(user.name) && users.size >= maxUsers) {
        throw new AuthError('AUTH_FULL', `There are ${maxUsers} users, which is as many as are kept.`)
      }
      put.run(
        user.name,
        user.role,
        user.password ?? null,
        user.token ?? null,
        user.createdAt,
        user.changedAt,
        user.tokenEndsAt ?? null,
      )
      onWritten(() => index(user))
    },
    remove(name) {
      drop.run(name)
      onWritten(() => forget(users.get(name)))
    },
    all: () => [...users.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1)),
    some: (test) => users.values().some(test),
    onTokenEnd(name, listener) {
      const told = listeners.get(name) ?? new Set()
      told.add(listener)
      listeners.set(name, told)
      return () => {
        told.delete(listener)
        if (told.size === 0 && listeners.get(name) === told) listeners.delete(name)
      }
    },
    endTokens(at) {
      for (const name of listeners.keys()) if ((users.get(name)?.tokenEndsAt ?? Infinity) <= at) tokenEnded(name)
    },
  }
}

const fromRow = (row: Readonly<Record<string, unknown>>): UserRecord => ({
  name: String(row['name']),
  role: row['role'] as Role,
  password: typeof row['password'] === 'string' ? row['password'] : undefined,
  token: row['token'] instanceof Uint8Array ? Buffer.from(row['token']) : undefined,
  tokenEndsAt: typeof row['token_ends_at'] === 'number' ? row['token_ends_at'] : undefined,
  createdAt: Number(row['created_at']),
  changedAt: Number(row['changed_at']),
})
