import type { StorageLimits } from '../storage.ts'

export const pageBytes = 4096

/** How the bytes a spool may take on disk are shared out. */
export interface Budget extends StorageLimits {
  /** The database file never grows beyond it. */
  readonly maxPages: number
  /** Pages by which it grows. */
  readonly growPages: number
  /** The write-ahead log is written back into the database from this many pages on. */
  readonly checkpointPages: number
  /** `journal_size_limit`: a log that grew beyond it is cut back. */
  readonly walBytes: number
}

export const leastMaxBytes = 1024 * 1024

/** Pages that SQLite needs beside the rows: schema, roots, interior pages, free list. */
const sparePages = 24

/**
 *   ├──────────────── maxBytes ────────────────┤
 *   ├── database: maxPages ──────────┼─ log W ─┤
 *   ├── rows: roomBytes ──┤ spare    ├ W/4 ┤ checkpoint begins
 *
 * A transaction adds a group of W/8 at most, one row of it may bring W/4, and giving up rows touches about as much.
 * The log gets an eighth, a quarter where the whole is small. Free pages are used again and not returned, so the files
 * stay at their high-water mark: a disk that fills up later does not take the spool's room away.
 */
export const budgetOf = (maxBytes: number): Budget => {
  const pages = Math.floor(maxBytes / pageBytes)
  const walPages = Math.floor(pages / (maxBytes < 16 * 1024 * 1024 ? 4 : 8))
  const maxPages = pages - walPages
  const checkpointPages = Math.min(1024, Math.floor(walPages / 4))
  return {
    maxPages,
    checkpointPages,
    growPages: Math.floor(checkpointPages / 2),
    walBytes: walPages * pageBytes,
    roomBytes: (maxPages - sparePages) * pageBytes,
    rowBytes: Math.floor((walPages * pageBytes) / 4),
    groupBytes: Math.min(1024 * 1024, Math.floor((walPages * pageBytes) / 8)),
  }
}
