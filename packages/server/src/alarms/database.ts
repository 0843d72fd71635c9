/** The file of alarms: opened by one process at a time, looked at before anything in it is touched. */
import { chmodSync, closeSync, existsSync, openSync, readSync, renameSync, statSync } from 'node:fs'
import { backup, DatabaseSync } from 'node:sqlite'
import { AlarmError, damaged, translating } from './errors.ts'
import { applicationId, migrations } from './schema.ts'

export interface AlarmFile extends Disposable {
  readonly db: DatabaseSync
  readonly path: string
  /** Writes a copy as of one moment into a new file, while this one is used. */
  readonly copyTo: (path: string) => Promise<void>
}

const magic = 'SQLite format 3\0'

export const openAlarmFile = (path: string): AlarmFile => {
  const isThere = existsSync(path) && statSync(path).size > 0
  const db = translating(path, () => {
    if (isThere) lookAt(path)
    keepToOneself(path)
    return new DatabaseSync(path, { timeout: 0 })
  })
  try {
    translating(path, () => {
      // Alone, and so that what was told is on the disk: an alarm that a power cut takes back is told twice.
      db.exec('PRAGMA locking_mode = EXCLUSIVE')
      if (isThere) check(db, path)
      db.exec('PRAGMA journal_mode = WAL')
      db.exec('PRAGMA synchronous = FULL')
      migrate(db)
    })
  } catch (error) {
    db.close()
    throw error
  }
  return {
    db,
    path,
    async copyTo(to) {
      // Made before SQLite makes it: it would let everybody read it.
      closeSync(translating(to, () => openSync(to, 'wx', 0o600)))
      await backup(db, to).catch((error: unknown) =>
        translating(to, () => {
          throw error
        }),
      )
    },
    [Symbol.dispose]: () => {
      if (db.isOpen) db.close()
    },
  }
}

/** Puts a damaged file out of the way, with its log; gives the new place. */
export const moveAside = (path: string, now: number): string => {
  const aside = `${path}.damaged-${new Date(now).toISOString().replaceAll(/[:.]/g, '-')}`
  translating(path, () => {
    for (const end of ['-wal', '-shm', '']) if (existsSync(path + end)) renameSync(path + end, aside + end)
  })
  return aside
}

/** The header alone tells most of what can be wrong, without SQLite having its hands on the file. */
const lookAt = (path: string): void => {
  const head = Buffer.alloc(100)
  const file = openSync(path, 'r')
  try {
    const length = readSync(file, head, 0, head.length, 0)
    if (length < head.length || head.toString('latin1', 0, 16) !== magic) throw damaged(path, 'it is no database')
  } finally {
    closeSync(file)
  }
}

/** Made before SQLite makes it, because that would let everybody read it; its log takes over the mode. */
const keepToOneself = (path: string): void => {
  closeSync(openSync(path, 'a', 0o600))
  if (process.platform !== 'win32' && (statSync(path).mode & 0o077) !== 0) chmodSync(path, 0o600)
}

const check = (db: DatabaseSync, path: string): void => {
  if (numberOf(db, 'schema_version') === 0) return
  if (numberOf(db, 'application_id') !== applicationId) throw damaged(path, 'it is a database of something else')
  const version = numberOf(db, 'user_version')
  if (version > migrations.length) {
    throw new AlarmError(
      'ALARMS_FILE_TOO_NEW',
      `${path} was written by a newer Netstats (version ${version}, this one knows ${migrations.length}). Nothing was changed: run that one, or another data folder.`,
    )
  }
  const found = db.prepare('PRAGMA quick_check(1)').get()?.['quick_check']
  if (found !== 'ok') throw damaged(path, String(found).slice(0, 100))
}

/** Writes only where there is something to change: on a full disk a server must start. */
const migrate = (db: DatabaseSync): void => {
  const version = numberOf(db, 'user_version')
  if (version === migrations.length && numberOf(db, 'application_id') === applicationId) return
  db.exec('BEGIN IMMEDIATE')
  try {
    for (const step of migrations.slice(version)) db.exec(step)
    db.exec(`PRAGMA application_id = ${applicationId}`)
    db.exec(`PRAGMA user_version = ${migrations.length}`)
    db.exec('COMMIT')
  } catch (error) {
    if (db.isTransaction) db.exec('ROLLBACK')
    throw error
  }
}

const numberOf = (db: DatabaseSync, pragma: string): number => Number(db.prepare(`PRAGMA ${pragma}`).get()?.[pragma])
