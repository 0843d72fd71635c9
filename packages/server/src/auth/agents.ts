/** Agents that have a token, a key or a ban: in memory for every login, written through to the file. */
import type { AuthFile } from './database.ts'
import { AuthError } from './errors.ts'

export interface AgentRecord {
  readonly id: string
  /** Empty: on every network. */
  readonly network: string
  readonly note: string
  readonly createdAt: number
  readonly token: Buffer | undefined
  readonly key: string | undefined
  readonly rotatedAt: number | undefined
  readonly revokedAt: number | undefined
  readonly bannedAt: number | undefined
  seenAt: number | undefined
}

export interface AgentTable {
  /** What holds for an id on a network: its entry for that network, or the one for all. */
  find(id: string, network: string | undefined): AgentRecord | undefined
  /** The entry of just this id and network. */
  get(id: string, network: string): AgentRecord | undefined
  byToken(token: Buffer): AgentRecord | undefined
  byKey(key: string): AgentRecord | undefined
  /** Adds a record or writes down what was changed in one; whole or not at all. `before` tells what it was. */
  save(record: AgentRecord, before?: AgentRecord): void
  remove(record: AgentRecord): void
  /** Remembers that it logged in; written down now and then. */
  seen(record: AgentRecord, at: number): void
  /** Writes down at most `most` of what `seen` has gathered. */
  flushSeen(most: number): void
  all(): Iterable<AgentRecord>
  readonly size: number
}

const maxAgents = 200_000
const nameOf = (id: string, network: string): string => `${network}\n${id}`

export const createAgentTable = ({ db, onWritten }: AuthFile): AgentTable => {
  const records = new Map<string, AgentRecord>()
  const tokens = new Map<string, AgentRecord>()
  const keys = new Map<string, AgentRecord>()
  const fresh = new Set<AgentRecord>()

  const index = (record: AgentRecord): void => {
    records.set(nameOf(record.id, record.network), record)
    if (record.token !== undefined) tokens.set(record.token.toString('latin1'), record)
    if (record.key !== undefined) keys.set(record.key, record)
  }
  const unindex = (record: AgentRecord): void => {
    fresh.delete(record)
    records.delete(nameOf(record.id, record.network))
    if (record.token !== undefined) tokens.delete(record.token.toString('latin1'))
    if (record.key !== undefined) keys.delete(record.key)
  }

  for (const row of db.prepare('SELECT * FROM agents').iterate()) index(fromRow(row))
  const put = db.prepare('INSERT OR REPLACE INTO agents VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)')
  const drop = db.prepare('DELETE FROM agents WHERE id = ? AND network = ?')
  const touch = db.prepare('UPDATE agents SET seen_at = ? WHERE id = ? AND network = ?')

  return {
    find: (id, network) =>
      (network === undefined ? undefined : records.get(nameOf(id, network))) ?? records.get(nameOf(id, '')),
    get: (id, network) => records.get(nameOf(id, network)),
    byToken: (token) => tokens.get(token.toString('latin1')),
    byKey: (key) => keys.get(key),
    save(record, before) {
      if (before === undefined && records.size >= maxAgents) {
        throw new AuthError('AUTH_FULL', `There are ${maxAgents} agents, which is as many as are kept.`)
      }
      put.run(...toRow(record))
      onWritten(() => {
        if (before !== undefined) unindex(before)
        index(record)
      })
    },
    remove(record) {
      drop.run(record.id, record.network)
      onWritten(() => unindex(record))
    },
    seen(record, at) {
      record.seenAt = at
      fresh.add(record)
    },
    flushSeen(most) {
      let done = 0
      for (const record of fresh) {
        if (done++ >= most) break
        touch.run(record.seenAt ?? null, record.id, record.network)
        fresh.delete(record)
      }
    },
    all: () => records.values(),
    get size() {
      return records.size
    },
  }
}

const fromRow = (row: Readonly<Record<string, unknown>>): AgentRecord => {
  const time = (value: unknown): number | undefined => (typeof value === 'number' ? value : undefined)
  return {
    id: String(row['id']),
    network: String(row['network']),
    note: String(row['note']),
    token: row['token'] instanceof Uint8Array ? Buffer.from(row['token']) : undefined,
    key: typeof row['key'] === 'string' ? row['key'] : undefined,
    createdAt: Number(row['created_at']),
    rotatedAt: time(row['rotated_at']),
    revokedAt: time(row['revoked_at']),
    bannedAt: time(row['banned_at']),
    seenAt: time(row['seen_at']),
  }
}

const toRow = (record: AgentRecord) =>
  [
    record.id,
    record.network,
    record.token ?? null,
    record.key ?? null,
    record.note,
    record.createdAt,
    record.rotatedAt ?? null,
    record.revokedAt ?? null,
    record.bannedAt ?? null,
    record.seenAt ?? null,
  ] as const
