/**
 * Sessions of the dashboard. The cookie holds 256 random bits, memory and file only their digest: a reader of the file
 * cannot continue a session. The number of a user is bounded; the one unused for longest makes room.
 */
import type { AuthFile } from './database.ts'
import { createToken, digestOf } from './secrets.ts'

export interface SessionRecord {
  readonly hash: Buffer
  readonly user: string
  readonly createdAt: number
  readonly address: string
  seenAt: number
}

export interface SessionTable {
  /** Gives what goes into the cookie, and nowhere else. */
  begin(user: string, address: string, at: number): { readonly cookie: string; readonly session: SessionRecord }
  /** The session of a cookie, unless its time is up; counts as its use. */
  find(cookie: string, at: number): SessionRecord | undefined
  end(session: SessionRecord): void
  endOf(user: string, except?: SessionRecord): void
  /** When the session ends without further use. */
  endsAt(session: SessionRecord): number
  /** Ends those whose time is up, and writes down when the others were used. */
  flush(at: number): void
  /** Calls when the session ends, however it does; gives what ends the calls. */
  onEnd(session: SessionRecord, listener: () => void): () => void
  readonly size: number
}

interface SessionsOptions {
  readonly idleMs: number
  readonly lifeMs: number
}

const perUser = 50
const seenEveryMs = 60_000

// oxlint-disable-next-line max-lines-per-function -- a session in memory, its row in the table and its listeners end together, whatever ends it
export const createSessionTable = ({ db, onWritten }: AuthFile, { idleMs, lifeMs }: SessionsOptions): SessionTable => {
  const sessions = new Map<string, SessionRecord>()
  const written = new Map<SessionRecord, number>()
  const listeners = new Map<SessionRecord, Set<() => void>>()
  const put = db.prepare('INSERT INTO sessions VALUES (?, ?, ?, ?, ?)')
  const drop = db.prepare('DELETE FROM sessions WHERE hash = ?')
  const touch = db.prepare('UPDATE sessions SET seen_at = ? WHERE hash = ?')

  const nameOf = (hash: Buffer): string => hash.toString('latin1')
  const endsAt = ({ createdAt, seenAt }: SessionRecord): number => Math.min(createdAt + lifeMs, seenAt + idleMs)
  // A session from the future is none: the clock was wrong, and would let it live on for as long.
  const isOver = (session: SessionRecord, at: number): boolean =>
    at >= endsAt(session) || session.createdAt - at > lifeMs

  const keep = (session: SessionRecord): void => {
    sessions.set(nameOf(session.hash), session)
    written.set(session, session.seenAt)
  }
  for (const row of db.prepare('SELECT * FROM sessions').iterate()) {
    keep({
      hash: Buffer.from(row['hash'] as Uint8Array),
      user: String(row['user']),
      createdAt: Number(row['created_at']),
      seenAt: Number(row['seen_at']),
      address: String(row['address']),
    })
  }

  const end = (session: SessionRecord): void => {
    if (!sessions.has(nameOf(session.hash))) return
    drop.run(session.hash)
    onWritten(() => {
      sessions.delete(nameOf(session.hash))
      written.delete(session)
      const told = listeners.get(session)
      listeners.delete(session)
      for (const listener of told ?? []) listener()
    })
  }
  const of = (user: string): SessionRecord[] => [...sessions.values()].filter((session) => session.user === user)

  return {
    begin(user, address, at) {
      const mine = of(user).toSorted((a, b) => a.seenAt - b.seenAt)
      for (const old of mine.slice(0, Math.max(0, mine.length + 1 - perUser))) end(old)
      const cookie = createToken('')
      const session = { hash: digestOf(cookie), user, createdAt: at, seenAt: at, address }
      put.run(session.hash, user, at, at, address)
      onWritten(() => keep(session))
      return { cookie, session }
    },
    find(cookie, at) {
      const session = sessions.get(nameOf(digestOf(cookie)))
      if (session === undefined) return undefined
      if (isOver(session, at)) {
        end(session)
        return undefined
      }
      session.seenAt = Math.max(session.seenAt, at)
      return session
    },
    end,
    endOf(user, except) {
      for (const session of of(user)) if (session !== except) end(session)
    },
    endsAt,
    flush(at) {
      for (const session of sessions.values()) {
        if (isOver(session, at)) end(session)
        else if (session.seenAt - (written.get(session) ?? 0) >= seenEveryMs) {
          touch.run(session.seenAt, session.hash)
          written.set(session, session.seenAt)
        }
      }
    },
    onEnd(session, listener) {
      const told = listeners.get(session) ?? new Set()
      told.add(listener)
      listeners.set(session, told)
      return () => void told.delete(listener)
    },
    get size() {
      return sessions.size
    },
  }
}
