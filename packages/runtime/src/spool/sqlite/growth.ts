import type { DatabaseSync } from 'node:sqlite'
import { pageBytes } from './budget.ts'
import type { Budget } from './budget.ts'

/** Makes the database file grow ahead of what is written into it. */
export interface Growth {
  /** Sees to free pages for a transaction that adds this many bytes, as far as the budget and the disk allow. */
  prepare(bytes: number): void
}

/**
 * Left to itself SQLite takes new pages in the log and finds out at a later checkpoint that the disk has no room for
 * them in the database. From then on the log can only grow, nothing can be freed, and a full disk has locked the spool.
 * So the file grows only here, by whole steps that are written back at once: filler in, checkpoint, filler out. What is
 * left are free pages with room on the disk behind them. A step that the disk refuses is taken back, and the spool goes
 * on within the pages it has: `max_page_count` says so to every other write.
 *
 *   free pages low ─▶ filler in the log ─▶ checkpoint ─▶ filler out: free pages
 *                          │ refused            │ refused
 *                          ▼                    ▼
 *                     rolled back          filler out, file cut back to what it was
 */
export const createGrowth = (db: DatabaseSync, { maxPages, growPages, checkpointPages }: Budget): Growth => {
  const pageCount = db.prepare('PRAGMA page_count')
  const freeCount = db.prepare('PRAGMA freelist_count')
  const fill = db.prepare('INSERT INTO reserve VALUES (zeroblob(?))')
  const numberOf = (statement: typeof pageCount): number => Number(Object.values(statement.get() ?? {})[0])
  /** What a transaction may need beside the rows it adds. */
  const slackPages = Math.min(32, growPages * 2)
  let first = true

  const cap = (pages: number): void => {
    db.exec(`PRAGMA max_page_count = ${pages}`)
  }

  /** False where the disk refuses. */
  const grow = (pages: number): boolean => {
    const before = numberOf(pageCount)
    try {
      cap(maxPages)
      // The log begins at its start, so that the filler and what may have to be taken back fit into the file it has.
      db.exec('PRAGMA wal_checkpoint(RESTART)')
      // The filler takes what is free already, and then this many pages more.
      fill.run((numberOf(freeCount) + pages - 3) * pageBytes)
      try {
        db.exec('PRAGMA wal_checkpoint(RESTART)')
        db.exec('DELETE FROM reserve')
        return true
      } catch {
        db.exec('DELETE FROM reserve')
        db.exec(`PRAGMA incremental_vacuum(${numberOf(pageCount) - before})`)
        return false
      }
    } catch {
      return false
    } finally {
      cap(numberOf(pageCount))
    }
  }

  return {
    prepare(bytes) {
      const need = Math.ceil((bytes * 1.25) / pageBytes) + slackPages
      for (;;) {
        const pages = numberOf(pageCount)
        // The first step is a double one: it makes the log large enough for all that follow.
        const step = Math.min(first ? checkpointPages : growPages, maxPages - pages)
        if (numberOf(freeCount) >= need || step <= 3) break
        first = false
        if (!grow(step) || numberOf(pageCount) === pages) return
      }
      cap(numberOf(pageCount))
    },
  }
}
