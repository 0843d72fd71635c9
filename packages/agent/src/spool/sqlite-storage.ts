import { statSync } from 'node:fs'
import type { DatabaseSync } from 'node:sqlite'
import { shedClasses } from '@netstats/protocol'
import type { ShedClass } from '@netstats/protocol'
import type {
  Drop,
  Holder,
  LoadedSpool,
  RowHead,
  SavedReader,
  SavedState,
  SpoolStorage,
  StoredRow,
} from '@netstats/sdk'
import { pageBytes } from './budget.ts'
import type { Budget } from './budget.ts'
import { shrinkPiece } from './database.ts'
import { translating } from './faults.ts'
import { createGrowth } from './growth.ts'
import { tableOf } from './schema.ts'

type Statement = ReturnType<DatabaseSync['prepare']>

/** Rows and statements of an open database, as the spool engine wants them. */
export const createSqliteStorage = (db: DatabaseSync, path: string, budget: Budget): SpoolStorage => {
  const prepareAll = (sql: (table: string) => string) =>
    Object.fromEntries(shedClasses.map((shed) => [shed, db.prepare(sql(tableOf(shed)))])) as unknown as Record<
      ShedClass,
      Statement
    >
  const columns = 'sequence, kind, node, observed_at AS observedAt, stored_at AS storedAt, passed, body'
  const inserts = prepareAll((table) => `INSERT INTO ${table} VALUES (?, ?, ?, ?, ?, ?, ?)`)
  const oldest = prepareAll(
    (table) => `SELECT sequence, node, observed_at AS observedAt, stored_at AS storedAt, passed,
      octet_length(body) AS bytes FROM ${table} ORDER BY sequence LIMIT ?`,
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
  const saveReader = db.prepare('INSERT OR REPLACE INTO readers VALUES (?, ?, ?, ?)')
  const removeReader = db.prepare('DELETE FROM readers WHERE name = ?')
  const saveState = db.prepare('INSERT OR REPLACE INTO state VALUES (1, ?, ?, ?, ?, ?)')
  const saveDrop = db.prepare('INSERT INTO drops VALUES (?, ?, ?, ?, ?, ?)')
  const pages = db.prepare('PRAGMA page_count')
  const freePages = db.prepare('PRAGMA freelist_count')

  const growth = createGrowth(db, budget)

  const run = <T>(work: () => T): T => translating(path, work)
  /** The one number that a statement gives, null where it has none. */
  const number = (statement: Statement, ...args: number[]): number | null =>
    Object.values(statement.get(...args) ?? {})[0] as number | null

  return {
    limits: budget,
    load: () =>
      run((): LoadedSpool => {
        const state = db
          .prepare('SELECT next, spool_ms AS spoolMs, wall_ms AS wallMs, used_bits AS usedBits, spool FROM state')
          .get() as unknown as SavedState | undefined
        return {
          state,
          readers: db
            .prepare('SELECT name, bit, cursor, released FROM readers')
            .all() as unknown as readonly SavedReader[],
          drops: db
            .prepare('SELECT reason, class, node, dropped, from_ms AS "from", to_ms AS "to" FROM drops')
            .all() as unknown as readonly Drop[],
          rows: Object.fromEntries(
            shedClasses.map((shed) => [shed, number(db.prepare(`SELECT count(*) FROM ${tableOf(shed)}`))]),
          ) as Record<ShedClass, number>,
        }
      }),
    transaction: (work, bytes = 0) =>
      run(() => {
        growth.prepare(bytes)
        db.exec('BEGIN IMMEDIATE')
        try {
          const result = work()
          db.exec('COMMIT')
          return result
        } catch (error) {
          // A full disk may have rolled back by itself.
          if (db.isTransaction) db.exec('ROLLBACK')
          throw error
        }
      }),
    insert(shed, row) {
      run(() => inserts[shed].run(row.sequence, row.kind, row.node, row.observedAt, row.storedAt, row.passed, row.body))
    },
    read: (after, limit, bytes) =>
      run(() => {
        const rows: StoredRow[] = []
        let size = 0
        for (const row of read.iterate(after, limit) as unknown as Iterable<StoredRow>) {
          rows.push(row)
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
      run(() => removals[shed].run(through))
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
          if (changes !== 0) freed[shed] = Number(changes)
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
    saveReader({ name, bit, cursor, released }) {
      run(() => saveReader.run(name, bit, cursor, released))
    },
    removeReader(name) {
      run(() => removeReader.run(name))
    },
    saveState({ next, spoolMs, wallMs, usedBits, spool }) {
      run(() => saveState.run(next, spoolMs, wallMs, usedBits, spool))
    },
    saveDrops(drops) {
      run(() => {
        db.exec('DELETE FROM drops')
        for (const drop of drops) {
          saveDrop.run(drop.reason, drop.class, drop.node, drop.dropped, drop.from, drop.to)
        }
      })
    },
    usedBytes: () => run(() => ((number(pages) ?? 0) - (number(freePages) ?? 0)) * pageBytes),
    sizeBytes: () => fileBytes(path) + fileBytes(`${path}-wal`),
    relieve() {
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
      db.close()
    },
  }
}

/** SQL that lets through rows which none of these holds. */
const notHeld = (holders: readonly Holder[]): string =>
  holders.map(({ bit, cursor }) => ` AND NOT (sequence > ${cursor} AND passed & ${1 << bit} = 0)`).join('')

const fileBytes = (path: string): number => statSync(path, { throwIfNoEntry: false })?.size ?? 0
