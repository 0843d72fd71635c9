/** The file of agents and users: opened by one process at a time, looked at before anything in it is touched. */
import { chmodSync, closeSync, existsSync, openSync, readSync, renameSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { backup, DatabaseSync } from 'node:sqlite'
import { authFileName, oldAuthFileName } from '../data-folder/folders.ts'
import { noteMarks } from '../data-folder/marks.ts'
import { AuthError } from './errors.ts'
import { damaged, lost, translating } from './faults.ts'
import { applicationId, migrations } from './schema.ts'

export interface AuthFile extends Disposable {
  readonly db: DatabaseSync
  readonly path: string
  /** Runs `work` whole or not at all. */
  readonly write: <T>(work: () => T) => T
  /** Runs when what is written at the moment is on the disk: memory must never know what the file does not. */
  readonly onWritten: (then: () => void) => void
  /** Tells the file from any other one; copies of it have the same. */
  readonly id: string
  /** Writes a copy as of one moment into a new file, while this one is used. */
  readonly copyTo: (path: string) => Promise<void>
  /** The file could be read by others before it was opened here. */
  readonly wasOpenToOthers: boolean
}

const magic = 'SQLite format 3\0'

/**
 * Path of the file in a data folder. A file under its name before 0.2 is renamed first, its log before it, so that a crash
 * between the two leaves what the next start goes on with.
 */
export const authPathIn = (data: string): string => {
  const path = join(data, authFileName)
  const old = join(data, oldAuthFileName)
  // The mark of the file had its name.
  noteMarks(data, {})
  if (existsSync(path) || !existsSync(old)) return path
  translatingSystem(old, () => {
    for (const end of ['-wal', '-shm', '']) if (existsSync(old + end)) renameSync(old + end, path + end)
  })
  return path
}

/** `expected` is the id of the file that was there before: another one, an empty one or none is an error then. */
export const openAuthFile = (path: string, expected?: string): AuthFile => {
  const isThere = existsSync(path) && statSync(path).size > 0
  if (!isThere && expected !== undefined) throw lost(path, existsSync(path) ? 'is empty' : 'is missing')
  if (isThere) translating(path, () => lookAt(path))
  const wasOpenToOthers = translatingSystem(path, () => keepToOneself(path))
  const db = translating(path, () => new DatabaseSync(path, { timeout: 0 }))
  try {
    translating(path, () => {
      // Alone, and so that what was answered is on the disk: a ban that a power cut takes back is none.
      db.exec('PRAGMA locking_mode = EXCLUSIVE')
      if (isThere) check(db, path, expected)
      db.exec('PRAGMA journal_mode = WAL')
      db.exec('PRAGMA synchronous = FULL')
      // All of it is in the file itself then: to lose its log loses no ban.
      db.exec('PRAGMA wal_autocheckpoint = 1')
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
    id: String(db.prepare('SELECT id FROM file').get()?.['id']),
    async copyTo(to) {
      // Made before SQLite makes it: it would let everybody read it.
      closeSync(translatingSystem(to, () => openSync(to, 'wx', 0o600)))
      await backup(db, to).catch((error: unknown) => translating(to, () => Promise.reject(error)))
    },
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

/** Schema since which a file has an id. */
const firstWithId = 3

const check = (db: DatabaseSync, path: string, expected: string | undefined): void => {
  const tables = numberOf(db, 'schema_version')
  if (tables === 0) {
    if (expected !== undefined) throw lost(path, 'is empty')
    return
  }
  if (numberOf(db, 'application_id') !== applicationId) throw damaged(path, 'it is a database of something else')
  const version = numberOf(db, 'user_version')
  if (version > migrations.length) {
    throw new AuthError(
      'AUTH_FILE_TOO_NEW',
      `${path} was written by a newer Netstats (version ${version}, this one knows ${migrations.length}). Nothing was changed: run that one, or another data folder.`,
    )
  }
  const found = db.prepare('PRAGMA quick_check(1)').get()?.['quick_check']
  if (found !== 'ok') throw damaged(path, String(found).slice(0, 100))
  const id = version >= firstWithId ? db.prepare('SELECT id FROM file').get()?.['id'] : undefined
  if (expected !== undefined && id !== expected) throw lost(path, 'is another file than the one that was there')
}

/** Writes only where there is something to change: on a full disk a server must start. */
const migrate = (db: DatabaseSync): void => {
  const version = numberOf(db, 'user_version')
  if (version === migrations.length && numberOf(db, 'application_id') === applicationId) return
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
    throw new AuthError(
      'AUTH_FILE_UNUSABLE',
      `${path} cannot be opened (${code}); it belongs to the user the server runs as.`,
      { cause },
    )
  }
}
