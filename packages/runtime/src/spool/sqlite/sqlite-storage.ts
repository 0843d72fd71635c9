import { statSync } from 'node:fs'
import type { DatabaseSync } from 'node:sqlite'
import { shedClasses } from '@netstats/protocol'
import type { ShedClass } from '@netstats/protocol'
import { livesText, readLives } from '../lives.ts'
import type { Drop } from '../drops.ts'
import type {
  Holder,
  LoadedSpool,
  RowHead,
  SavedCheckpoint,
  SavedReader,
  SavedState,
  SpoolStorage,
  StoredRow,
} from '../storage.ts'
import { pageBytes } from './budget.ts'
import type { Budget } from './budget.ts'
import { checksumOf } from './checksum.ts'
import { shrinkPiece } from './database.ts'
import { translating } from './faults.ts'
import { createGrowth } from './growth.ts'
import type { Mark, MarkFile } from './mark.ts'
import { tableOf } from './schema.ts'

type Statement = ReturnType<DatabaseSync['prepare']>
type CheckedRow = StoredRow & { readonly checksum: number | null }

const noRows = (): Record<ShedClass, number> => ({ latency: 0, stats: 0, log: 0, block: 0, alarm: 0 })

/** Rows and statements of an open database, as the spool engine wants them. */
// oxlint-disable-next-line max-lines-per-function -- one short method for each of the interface, over the same prepared statements
export const createSqliteStorage = (
  db: DatabaseSync,
  path: string,
  budget: Budget,
  mark: MarkFile,
  marked?: Partial<Mark>,
): SpoolStorage => {
  const prepareAll = (sql: (table: string) => string) =>
    Object.fromEntries(shedClasses.map((shed) => [shed, db.prepare(sql(tableOf(shed)))])) as unknown as Record<
      ShedClass,
      Statement
    >
  const columns = 'sequence, kind, node, observed_at AS observedAt, stored_at AS storedAt, passed, body, checksum'
  const inserts = prepareAll((table) => `INSERT INTO ${table} VALUES (?, ?, ?, ?, ?, ?, ?, ?)`)
  const oldest = prepareAll(
    (table) => `SELECT sequence, node, observed_at AS observedAt, stored_at AS storedAt, passed,
      octet_length(body) AS bytes, CASE kind WHEN 'gap' THEN body END AS gap FROM ${table} ORDER BY sequence LIMIT ?`,
  )
  const removals = prepareAll((table) => `DELETE FROM ${table} WHERE sequence <= ?`)
  const counts = prepareAll(
    (table) => `SELECT count(*) FROM ${table} WHERE sequence > ? AND sequence <= ? AND passed & ? = 0`,
  )
  const wipes = prepareAll(
    (table) => `UPDATE ${table} SET passed = passed & ~?3 WHERE sequence > ?1 AND sequence <= ?2 AND passed & ?3 <> 0`,
  )
  const firsts = prepareAll((table) => `SELECT min(sequence) FROM ${table} WHERE sequence > ?`)
  // SQLite merges the five tables as it goes; nothing is sorted, and a reader that stops early reads no further.
  const read = db.prepare(
    `${shedClasses.map((shed) => `SELECT ${columns} FROM ${tableOf(shed)} WHERE sequence > ?1`).join(' UNION ALL ')}
      ORDER BY sequence LIMIT ?2`,
  )
  const saveReader = db.prepare('INSERT OR REPLACE INTO readers VALUES (?, ?, ?, ?, ?, ?)')
  const removeReader = db.prepare('DELETE FROM readers WHERE name = ?')
  const saveState = db.prepare('INSERT OR REPLACE INTO state VALUES (1, ?, ?, ?, ?, ?, ?)')
  const saveDrop = db.prepare('INSERT INTO drops VALUES (?, ?, ?, ?, ?, ?)')
  const saveCheckpoint = db.prepare('INSERT OR REPLACE INTO checkpoints VALUES (?, ?, ?)')
  const removeCheckpoint = db.prepare('DELETE FROM checkpoints WHERE owner = ? AND key = ?')
  const lastOf = (table: string, column: string): string => `SELECT max(${column}) AS last FROM ${table}`
  const last = db.prepare(
    `SELECT max(last) FROM (${[...shedClasses.map((shed) => lastOf(tableOf(shed), 'sequence')), lastOf('readers', 'cursor')].join(' UNION ALL ')})`,
  )
  const pages = db.prepare('PRAGMA page_count')
  const freePages = db.prepare('PRAGMA freelist_count')

  const growth = createGrowth(db, budget)

  const run = <T>(work: () => T): T => translating(path, work)
  /** The one number that a statement gives, null where it has none. */
  const number = (statement: Statement, ...args: number[]): number | null =>
    Object.values(statement.get(...args) ?? {})[0] as number | null

  /** What the mark says once the transaction under way is durable. */
  let rows: Record<ShedClass, number> = noRows()
  let next: number | undefined
  const removed = (shed: ShedClass, changes: number | bigint): number => {
    rows[shed] -= Number(changes)
    return Number(changes)
  }

  return {
    limits: budget,
    load: () =>
      run((): LoadedSpool => {
        const state = db
          .prepare(
            'SELECT next, spool_ms AS spoolMs, wall_ms AS wallMs, used_bits AS usedBits, spool, lives FROM state',
          )
          .get() as unknown as (Omit<SavedState, 'lives'> & { readonly lives: string }) | undefined
        rows = Object.fromEntries(
          shedClasses.map((shed) => [shed, number(db.prepare(`SELECT count(*) FROM ${tableOf(shed)}`))]),
        ) as Record<ShedClass, number>
        next = state?.next
        return {
          state: state && { ...state, lives: readLives(state.lives) },
          last: Math.max(number(last) ?? 0, (marked?.next ?? 1) - 1),
          readers: db
            .prepare('SELECT name, bit, cursor, released, count, branches FROM readers')
            .all()
            .map((row) => ({ ...row, branches: readLives(String(row['branches'])) }) as unknown as SavedReader),
          drops: db
            .prepare('SELECT reason, class, node, dropped, from_ms AS "from", to_ms AS "to" FROM drops')
            .all() as unknown as readonly Drop[],
          checkpoints: db
            .prepare('SELECT owner, key, value FROM checkpoints')
            .all() as unknown as readonly SavedCheckpoint[],
          rows: { ...rows },
        }
      }),
    transaction: (work, bytes = 0) =>
      run(() => {
        growth.prepare(bytes)
        const before = { rows: { ...rows }, next }
        db.exec('BEGIN IMMEDIATE')
        try {
          const result = work()
          db.exec('COMMIT')
          if (next !== undefined) mark.write({ next, rows })
          return result
        } catch (error) {
          rows = before.rows
          next = before.next
          // A full disk may have rolled back by itself.
          if (db.isTransaction) db.exec('ROLLBACK')
          throw error
        }
      }),
    insert(shed, row) {
      const { sequence, kind, node, observedAt, storedAt, passed, body } = row
      run(() => inserts[shed].run(sequence, kind, node, observedAt, storedAt, passed, body, checksumOf(row)))
      rows[shed]++
    },
    read: (after, limit, bytes) =>
      run(() => {
        const rows: StoredRow[] = []
        let size = 0
        for (const { checksum, ...row } of read.iterate(after, limit) as unknown as Iterable<CheckedRow>) {
          rows.push(checksum === null || checksum === checksumOf(row) ? row : { ...row, damaged: true })
          size += row.body.length
          if (size >= bytes) break
        }
        return rows
      }),
    oldest: (shed, limit, bytes) =>
      run(() => {
        const heads: RowHead[] = []
        let size = 0
        for (const head of oldest[shed].iterate(limit) as unknown as Iterable<RowHead & { bytes: number }>) {
          heads.push(head)
          size += head.bytes
          if (size >= bytes) break
        }
        return heads
      }),
    removeThrough(shed, through) {
      run(() => removed(shed, removals[shed].run(through).changes))
    },
    first: (after) =>
      run(() => {
        const all = shedClasses.map((shed) => number(firsts[shed], after))
        const found = all.filter((first) => first !== null)
        return found.length > 0 ? Math.min(...found) : undefined
      }),
    free: (after, through, holders) =>
      run(() => {
        const freed: Partial<Record<ShedClass, number>> = {}
        for (const shed of shedClasses) {
          const sql = `DELETE FROM ${tableOf(shed)} WHERE sequence > ? AND sequence <= ?${notHeld(holders)}`
          const { changes } = db.prepare(sql).run(after, through)
          if (changes !== 0) freed[shed] = removed(shed, changes)
        }
        return freed
      }),
    count: (after, through, bit) =>
      run(() => shedClasses.reduce((n, shed) => n + (number(counts[shed], after, through, 1 << bit) ?? 0), 0)),
    wipeBit(after, through, bit) {
      run(() => {
        for (const shed of shedClasses) wipes[shed].run(after, through, 1 << bit)
      })
    },
    saveReader({ name, bit, cursor, released, count, branches }) {
      run(() => saveReader.run(name, bit, cursor, released, count, livesText(branches)))
    },
    removeReader(name) {
      run(() => removeReader.run(name))
    },
    saveState(state) {
      const { spoolMs, wallMs, usedBits, spool, lives } = state
      run(() => saveState.run(state.next, spoolMs, wallMs, usedBits, spool, livesText(lives)))
      next = state.next
    },
    saveDrops(drops) {
      run(() => {
        db.exec('DELETE FROM drops')
        for (const drop of drops) {
          saveDrop.run(drop.reason, drop.class, drop.node, drop.dropped, drop.from, drop.to)
        }
      })
    },
    saveCheckpoint({ owner, key, value }) {
      run(() => saveCheckpoint.run(owner, key, value))
    },
    removeCheckpoint(owner, key) {
      run(() => removeCheckpoint.run(owner, key))
    },
    usedBytes: () => run(() => ((number(pages) ?? 0) - (number(freePages) ?? 0)) * pageBytes),
    sizeBytes: () => fileBytes(path) + fileBytes(`${path}-wal`),
    giveBackSpace() {
      // Written back into the database the log begins again at its start, in room that it has already.
      run(() => db.exec('PRAGMA wal_checkpoint(RESTART)'))
    },
    tidy: () => shrinkPiece(db, path, budget),
    close() {
      try {
        db.exec('PRAGMA wal_checkpoint(TRUNCATE)')
      } catch {
        // The log stays, and is read at the next start.
      }
      mark.close()
      db.close()
    },
  }
}

/** SQL that lets through rows which none of these holds. */
const notHeld = (holders: readonly Holder[]): string =>
  holders.map(({ bit, cursor }) => ` AND NOT (sequence > ${cursor} AND passed & ${1 << bit} = 0)`).join('')

const fileBytes = (path: string): number => statSync(path, { throwIfNoEntry: false })?.size ?? 0
