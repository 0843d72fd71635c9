/** The file of agents and users: opened by one process at a time, looked at before anything in it is touched. */
import { chmodSync, closeSync, existsSync, openSync, readSync, statSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { AccessError } from './errors.ts'
import { damaged, translating } from './faults.ts'
import { applicationId, migrations } from './schema.ts'

export interface AccessFile extends Disposable {
  readonly db: DatabaseSync
  readonly path: string
  /** Runs `work` whole or not at all. */
  readonly write: <T>(work: () => T) => T
  /** Runs when what is written at the moment is on the disk: memory must never know what the file does not. */
  readonly onWritten: (then: () => void) => void
  /** The file could be read by others before it was opened here. */
  readonly wasOpenToOthers: boolean
}

const magic = 'SQLite format 3\0'

export const openAccessFile = (path: string): AccessFile => {
  const isThere = existsSync(path) && statSync(path).size > 0
  if (isThere) translating(path, () => lookAt(path))
  const wasOpenToOthers = translatingSystem(path, () => keepToOneself(path))
  const db = translating(path, () => new DatabaseSync(path, { timeout: 0 }))
  try {
    translating(path, () => {
      // Alone, and so that what was answered is on the disk: a ban that a power cut takes back is none.
      db.exec('PRAGMA locking_mode = EXCLUSIVE')
      if (isThere) check(db, path)
      db.exec('PRAGMA journal_mode = WAL')
      db.exec('PRAGMA synchronous = FULL')
      db.exec('PRAGMA secure_delete = ON')
      migrate(db)
    })
  } catch (error) {
    db.close()
    throw error
  }
  let after: (() => void)[] = []
  return {
    db,
    path,
    wasOpenToOthers,
    write(work) {
      after = []
      const result = translating(path, () => transaction(db, work))
      for (const then of after.splice(0)) then()
      return result
    },
    onWritten(then) {
      if (db.isTransaction) after.push(then)
      else then()
    },
    [Symbol.dispose]: () => {
      if (db.isOpen) db.close()
    },
  }
}

/** The header alone tells most of what can be wrong, without SQLite having its hands on the file. */
const lookAt = (path: string): void => {
  const head = Buffer.alloc(100)
  const file = translatingSystem(path, () => openSync(path, 'r'))
  try {
    const length = readSync(file, head, 0, head.length, 0)
    if (length < head.length || head.toString('latin1', 0, 16) !== magic) throw damaged(path, 'it is no database')
  } finally {
    closeSync(file)
  }
}

/** Made before SQLite makes it, because that would let everybody read it; its log takes over the mode. */
const keepToOneself = (path: string): boolean => {
  closeSync(openSync(path, 'a', 0o600))
  if (process.platform === 'win32' || (statSync(path).mode & 0o077) === 0) return false
  chmodSync(path, 0o600)
  return true
}

const check = (db: DatabaseSync, path: string): void => {
  const tables = numberOf(db, 'schema_version')
  if (tables === 0) return
  if (numberOf(db, 'application_id') !== applicationId) throw damaged(path, 'it is a database of something else')
  const version = numberOf(db, 'user_version')
  if (version > migrations.length) {
    throw new AccessError(
      'ACCESS_FILE_TOO_NEW',
      `${path} was written by a newer Netstats (version ${version}, this one knows ${migrations.length}). Nothing was changed: run that one, or another data folder.`,
    )
  }
  const found = db.prepare('PRAGMA quick_check(1)').get()?.['quick_check']
  if (found !== 'ok') throw damaged(path, String(found).slice(0, 100))
}

const migrate = (db: DatabaseSync): void => {
  const version = numberOf(db, 'user_version')
  transaction(db, () => {
    for (const step of migrations.slice(version)) db.exec(step)
    db.exec(`PRAGMA application_id = ${applicationId}`)
    db.exec(`PRAGMA user_version = ${migrations.length}`)
  })
}

const numberOf = (db: DatabaseSync, pragma: string): number => Number(db.prepare(`PRAGMA ${pragma}`).get()?.[pragma])

const transaction = <T>(db: DatabaseSync, work: () => T): T => {
  db.exec('BEGIN IMMEDIATE')
  try {
    const result = work()
    db.exec('COMMIT')
    return result
  } catch (error) {
    if (db.isTransaction) db.exec('ROLLBACK')
    throw error
  }
}

const translatingSystem = <T>(path: string, work: () => T): T => {
  try {
    return work()
  } catch (cause) {
    const { code = 'error' } = cause as NodeJS.ErrnoException
    throw new AccessError(
      'ACCESS_FILE_UNUSABLE',
      `${path} can not be opened (${code}); it belongs to the user the server runs as.`,
      { cause },
    )
  }
}
