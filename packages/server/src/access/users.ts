/** People and scripts: in memory for every request, written through to the file. */
import type { AccessFile } from './database.ts'
import { AccessError } from './errors.ts'
import type { Role } from './roles.ts'

export interface UserRecord {
  readonly name: string
  readonly role: Role
  /** What passwords.ts makes of it; undefined for scripts. */
  readonly password: string | undefined
  /** Digest of the API token; undefined for people. */
  readonly token: Buffer | undefined
  readonly createdAt: number
  readonly changedAt: number
}

export interface UserTable {
  get(name: string): UserRecord | undefined
  byToken(token: Buffer): UserRecord | undefined
  save(user: UserRecord): void
  remove(name: string): void
  all(): readonly UserRecord[]
}

const maxUsers = 10_000

export const createUserTable = ({ db, onWritten }: AccessFile): UserTable => {
  const users = new Map<string, UserRecord>()
  const tokens = new Map<string, UserRecord>()
  const put = db.prepare('INSERT OR REPLACE INTO users VALUES (?, ?, ?, ?, ?, ?)')
  const drop = db.prepare('DELETE FROM users WHERE name = ?')

  const forget = (user: UserRecord | undefined): void => {
    if (user === undefined) return
    users.delete(user.name)
    if (user.token !== undefined) tokens.delete(user.token.toString('latin1'))
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
        throw new AccessError('ACCESS_FULL', `There are ${maxUsers} users, which is as many as are kept.`)
      }
      put.run(user.name, user.role, user.password ?? null, user.token ?? null, user.createdAt, user.changedAt)
      onWritten(() => index(user))
    },
    remove(name) {
      drop.run(name)
      onWritten(() => forget(users.get(name)))
    },
    all: () => [...users.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1)),
  }
}

const fromRow = (row: Readonly<Record<string, unknown>>): UserRecord => ({
  name: String(row['name']),
  role: row['role'] as Role,
  password: typeof row['password'] === 'string' ? row['password'] : undefined,
  token: row['token'] instanceof Uint8Array ? Buffer.from(row['token']) : undefined,
  createdAt: Number(row['created_at']),
  changedAt: Number(row['changed_at']),
})
