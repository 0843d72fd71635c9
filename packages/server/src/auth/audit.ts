/**
 * Who did what, from where, when, and how it ended. What changes rights is written with the change, in one transaction;
 * what only happens, such as logins that failed, is gathered and written now and then, so that nobody can keep the disk
 * busy with it. Nothing here is ever a secret, and every value is one line.
 */
import type { AuthFile } from './database.ts'
import { plain } from './plain.ts'

/** Who acts. */
export interface Actor {
  readonly name: string
  readonly via: 'cli' | 'session' | 'token' | 'login' | 'server'
  /** Address the request came from; empty for this machine. */
  readonly address: string
}

export interface AuditEntry {
  readonly id: number
  /** Unix milliseconds. */
  readonly at: number
  readonly actor: string
  readonly via: string
  readonly address: string
  readonly action: string
  readonly subject: string
  readonly result: string
  readonly detail: string
}

export interface AuditNote {
  readonly action: string
  readonly subject: string
  readonly result?: string
  readonly detail?: string
}

export interface Audit {
  /** Within the transaction of the change it tells of. */
  write(actor: Actor, note: AuditNote): void
  /** Soon. */
  later(actor: Actor, note: AuditNote): void
  flush(): void
  /** Newest first, those before an id. */
  list(limit: number, before?: number): readonly AuditEntry[]
  /** Entries that were not kept because too many came while the file could not be written; a row tells of them later. */
  readonly lost: number
}

const server: Actor = { name: 'server', via: 'server', address: '' }
const waitingMost = 1000
/** Entries over the bound before the oldest are removed, so that not every entry removes one. */
const slack = 100

interface AuditOptions {
  readonly entries: number
  readonly now: () => number
}

export const createAudit = ({ db, write }: AuthFile, { entries, now }: AuditOptions): Audit => {
  const put = db.prepare(
    'INSERT INTO audit (at, actor, via, address, action, subject, result, detail) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
  )
  const trim = db.prepare('DELETE FROM audit WHERE id <= (SELECT max(id) FROM audit) - ?')
  const page = db.prepare('SELECT * FROM audit WHERE id < ? ORDER BY id DESC LIMIT ?')
  type Row = readonly [number, string, string, string, string, string, string, string]
  const waiting: Row[] = []
  let sinceTrim = slack
  let lost = 0
  /** Of those lost, what no row says yet. */
  let untold: { count: number; readonly since: number } | undefined

  const rowOf = (actor: Actor, { action, subject, result = 'ok', detail = '' }: AuditNote): Row => [
    now(),
    plain(actor.name),
    actor.via,
    plain(actor.address),
    plain(action),
    plain(subject),
    plain(result),
    plain(detail, 500),
  ]
  const insert = (row: Row): void => {
    put.run(...row)
    if (++sinceTrim < slack) return
    sinceTrim = 0
    trim.run(entries)
  }
  const flush = (): void => {
    if (waiting.length === 0) return
    write(() => {
      for (const row of waiting) insert(row)
      if (untold === undefined) return
      const detail = `${untold.count} entries since ${new Date(untold.since).toISOString()} could not be written`
      insert(rowOf(server, { action: 'audit', subject: 'audit', result: 'lost', detail }))
    })
    waiting.length = 0
    untold = undefined
  }

  /** Writes at once where too many wait. Where that fails, which is logged when it is done the next time, the entry is counted. */
  const hasRoom = (): boolean => {
    if (waiting.length < waitingMost) return true
    try {
      flush()
    } catch {
      return false
    }
    return true
  }

  return {
    write(actor, note) {
      insert(rowOf(actor, note))
    },
    later(actor, note) {
      if (hasRoom()) return void waiting.push(rowOf(actor, note))
      lost++
      untold = { count: (untold?.count ?? 0) + 1, since: untold?.since ?? now() }
    },
    flush,
    list(limit, before = Number.MAX_SAFE_INTEGER) {
      flush()
      return page.all(before, limit) as unknown as AuditEntry[]
    },
    get lost() {
      return lost
    },
  }
}
