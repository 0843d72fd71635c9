import { chmodSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { SpoolError } from '@netstats/sdk'
import { pageBytes } from './budget.ts'
import type { Budget } from './budget.ts'
import { translating } from './faults.ts'
import { applicationId, migrationSql, schemaSql, schemaVersion, tableNames } from './schema.ts'

export const pragma = (db: DatabaseSync, name: string): unknown => {
  const row = db.prepare(`PRAGMA ${name}`).get()
  return row && Object.values(row)[0]
}

/**
 * Opens or creates the file, alone: the lock is held until it is closed or the process ends, however it ends. Throws
 * `SPOOL_IN_USE`, `SPOOL_CORRUPT`, `SPOOL_TOO_NEW`, or what the disk has to say.
 */
export const openDatabase = (path: string, budget: Budget): DatabaseSync => {
  const db = translating(path, () => new DatabaseSync(path, { timeout: 0 }))
  try {
    keepToOneself(path)
    translating(path, () => {
      configure(db, budget)
      identify(db, path)
    })
    emptyLog(db)
    return db
  } catch (error) {
    db.close()
    throw error
  }
}

/** What it holds is nobody else's business. SQLite makes the log with the mode of the database. */
const keepToOneself = (path: string): void => {
  for (const file of [path, `${path}-wal`]) {
    try {
      chmodSync(file, 0o600)
    } catch {
      // There is none, or it is somebody else's, who decides about it.
    }
  }
}

const configure = (db: DatabaseSync, budget: Budget): void => {
  // Held exclusively, the log's index lives in memory: one file less, and a second process is refused.
  db.exec('PRAGMA locking_mode = EXCLUSIVE')
  db.exec(`PRAGMA page_size = ${pageBytes}`)
  db.exec('PRAGMA auto_vacuum = INCREMENTAL')
  db.exec('PRAGMA journal_mode = WAL')
  db.exec('PRAGMA synchronous = FULL')
  db.exec('PRAGMA temp_store = MEMORY')
  db.exec(`PRAGMA wal_autocheckpoint = ${budget.checkpointPages}`)
  db.exec(`PRAGMA journal_size_limit = ${budget.walBytes}`)
  // The lock is taken with the first write.
  db.exec('BEGIN IMMEDIATE')
  db.exec('COMMIT')
}

/** What a killed process left in the log goes into the database, so that the log begins again at its start. */
const emptyLog = (db: DatabaseSync): void => {
  try {
    db.exec('PRAGMA wal_checkpoint(RESTART)')
  } catch {
    // The disk is full: the rows are read from the log as well, and the next write says so.
  }
}

const identify = (db: DatabaseSync, path: string): void => {
  const tables = Number(pragma(db, 'schema_version'))
  const version = Number(pragma(db, 'user_version'))
  if (tables === 0) {
    change(db, schemaSql)
    return
  }
  if (Number(pragma(db, 'application_id')) !== applicationId) {
    throw new SpoolError('SPOOL_CORRUPT', `${path} is a database, but not a spool.`)
  }
  if (version > schemaVersion) {
    const cure = 'Use that version, or another data directory.'
    throw new SpoolError('SPOOL_TOO_NEW', `${path} was written by a newer Netstats (form ${version}). ${cure}`)
  }
  const check = pragma(db, 'quick_check(1)')
  if (check !== 'ok') throw new SpoolError('SPOOL_CORRUPT', `${path} is damaged: ${String(check)}`)
  if (version < schemaVersion) change(db, migrationSql(version))
  const found = db.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").all()
  const lacks = tableNames.find((name) => !found.some((row) => row['name'] === name))
  if (lacks !== undefined) throw new SpoolError('SPOOL_CORRUPT', `${path} is damaged: it has no table ${lacks}.`)
}

/** All of it or nothing; the caller closes a database whose change failed, which takes it back. */
const change = (db: DatabaseSync, statements: readonly string[]): void => {
  db.exec('BEGIN IMMEDIATE')
  for (const sql of statements) db.exec(sql)
  db.exec('COMMIT')
}

/**
 * Returns pages to the file system until the database fits a smaller budget than it was made with. Rows must have made
 * room before; in pieces, because the pages that move go through the log.
 */
export const shrinkPiece = (db: DatabaseSync, path: string, budget: Budget): boolean =>
  translating(path, () => {
    const pages = Number(pragma(db, 'page_count'))
    const free = Number(pragma(db, 'freelist_count'))
    if (pages <= budget.maxPages || free === 0) return false
    db.exec(`PRAGMA incremental_vacuum(${Math.min(budget.checkpointPages, free, pages - budget.maxPages)})`)
    db.exec('PRAGMA wal_checkpoint(RESTART)')
    return Number(pragma(db, 'page_count')) < pages
  })
