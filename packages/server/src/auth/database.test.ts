import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterAll, describe, expect, it } from 'vitest'
import { openAuthFile } from './database.ts'
import { createGoodPairs } from './good-pairs.ts'
import { applicationId, migrations } from './schema.ts'
import { createUserTable } from './users.ts'

const folder = mkdtempSync(join(tmpdir(), 'netstats-auth-file-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
let files = 0
const newPath = (): string => {
  const own = join(folder, String(++files))
  mkdirSync(own)
  return join(own, 'auth.db')
}
const codeOf = (work: () => unknown): unknown => {
  try {
    work()
  } catch (error) {
    return (error as { code?: unknown }).code
  }
  return 'no error'
}

describe('the file of agents and users', () => {
  it('can be read by nobody else, its log neither', () => {
    const path = newPath()
    using file = openAuthFile(path)
    file.write(() => file.db.exec("INSERT INTO users VALUES ('a', 'admin', NULL, NULL, 1, 1, NULL)"))
    for (const name of readdirSync(join(path, '..'))) {
      expect([name, statSync(join(path, '..', name)).mode & 0o777]).toEqual([name, 0o600])
    }
    expect(file.wasOpenToOthers).toBe(false)
  })

  it('is closed to others where it was not', () => {
    const path = newPath()
    openAuthFile(path)[Symbol.dispose]()
    chmodSync(path, 0o644)
    using file = openAuthFile(path)
    expect([file.wasOpenToOthers, statSync(path).mode & 0o777]).toEqual([true, 0o600])
  })

  it('has one owner at a time', () => {
    const path = newPath()
    const first = openAuthFile(path)
    expect(codeOf(() => openAuthFile(path))).toBe('AUTH_FILE_IN_USE')
    first[Symbol.dispose]()
    openAuthFile(path)[Symbol.dispose]()
  })

  it('that was there before is missed: where it is gone, empty, new or another one, nobody is let in without it', () => {
    const path = newPath()
    const first = openAuthFile(path)
    const { id } = first
    first[Symbol.dispose]()
    openAuthFile(path, id)[Symbol.dispose]()
    const other = newPath()
    openAuthFile(other)[Symbol.dispose]()
    const bare = newPath()
    new DatabaseSync(bare).exec('PRAGMA journal_mode = WAL')
    for (const [spoil, what] of [
      [() => rmSync(path), 'is missing'],
      [() => writeFileSync(path, ''), 'is empty'],
      [() => copyFileSync(bare, path), 'is empty'],
      [() => copyFileSync(other, path), 'is another file'],
    ] as const) {
      const good = readFileSync(path)
      spoil()
      const before = existsSync(path) ? readFileSync(path) : undefined
      expect(() => openAuthFile(path, id)).toThrow(
        expect.objectContaining({ code: 'AUTH_FILE_MISSING', message: expect.stringContaining(what) }),
      )
      expect(existsSync(path) ? readFileSync(path) : undefined).toEqual(before)
      writeFileSync(path, good)
    }
    openAuthFile(path, id)[Symbol.dispose]()
  })

  it('has everything in itself: to lose its log loses nothing', () => {
    const path = newPath()
    using file = openAuthFile(path)
    file.write(() => file.db.exec("INSERT INTO users VALUES ('a', 'admin', NULL, NULL, 1, 1, NULL)"))
    const copy = newPath()
    copyFileSync(path, copy)
    using again = openAuthFile(copy, file.id)
    expect(again.db.prepare('SELECT name FROM users').all()).toEqual([{ name: 'a' }])
  })

  it('is copied whole while it is used, for nobody else to read', async () => {
    const path = newPath()
    using file = openAuthFile(path)
    file.write(() => file.db.exec("INSERT INTO users VALUES ('a', 'admin', NULL, NULL, 1, 1, NULL)"))
    const copy = newPath()
    await file.copyTo(copy)
    expect(statSync(copy).mode & 0o777).toBe(0o600)
    using again = openAuthFile(copy, file.id)
    expect(again.db.prepare('SELECT name FROM users').all()).toEqual([{ name: 'a' }])
    await expect(file.copyTo(copy)).rejects.toMatchObject({ code: 'AUTH_FILE_UNUSABLE' })
  })

  it.each([
    ['is no database', () => Buffer.from('this is no database of anybody, but long enough for a header'.repeat(3))],
    ['is cut off', (good: Buffer) => good.subarray(0, 50)],
    ['is damaged', (good: Buffer) => Buffer.concat([good.subarray(0, 4096), Buffer.alloc(good.length - 4096, 7)])],
  ])('that %s is refused and stays as it is', (_, spoil) => {
    const path = newPath()
    openAuthFile(path)[Symbol.dispose]()
    const bad = spoil(readFileSync(path))
    writeFileSync(path, bad)
    expect(codeOf(() => openAuthFile(path))).toBe('AUTH_FILE_CORRUPT')
    expect(readFileSync(path).equals(bad)).toBe(true)
    expect(readdirSync(join(path, '..'))).toEqual(['auth.db'])
  })

  it('of something else, or of a newer Netstats, is refused and stays as it is', () => {
    for (const [sql, code] of [
      ['CREATE TABLE theirs (a); PRAGMA application_id = 7', 'AUTH_FILE_CORRUPT'],
      [
        `CREATE TABLE agents (a); PRAGMA application_id = ${applicationId}; PRAGMA user_version = ${migrations.length + 1}`,
        'AUTH_FILE_TOO_NEW',
      ],
    ] as const) {
      const path = newPath()
      const db = new DatabaseSync(path)
      db.exec(sql)
      db.close()
      const before = readFileSync(path)
      expect(codeOf(() => openAuthFile(path))).toBe(code)
      expect(readFileSync(path).equals(before)).toBe(true)
    }
  })

  it('of an older Netstats is brought to this version, with all that is in it', () => {
    const path = newPath()
    const old = new DatabaseSync(path)
    old.exec(migrations[0] ?? '')
    old.exec(`PRAGMA application_id = ${applicationId}; PRAGMA user_version = 1`)
    old.exec("INSERT INTO users VALUES ('ci', 'viewer', NULL, x'00', 1, 2)")
    old.close()
    using file = openAuthFile(path)
    // Tokens that were made without an end have none.
    expect(createUserTable(file).get('ci')).toEqual({
      name: 'ci',
      role: 'viewer',
      password: undefined,
      token: Buffer.from([0]),
      tokenEndsAt: undefined,
      createdAt: 1,
      changedAt: 2,
    })
    expect(createGoodPairs(file, { kind: 'agent' }).size).toBe(0)
  })

  it('that cannot be made says so', () => {
    expect(codeOf(() => openAuthFile(join(folder, 'missing', 'auth.db')))).toBe('AUTH_FILE_UNUSABLE')
  })

  it('is written whole or not at all, and memory learns of it after', () => {
    const path = newPath()
    using file = openAuthFile(path)
    const told: string[] = []
    const insert = (name: string): void => {
      file.db.prepare("INSERT INTO users VALUES (?, 'admin', NULL, NULL, 1, 1, NULL)").run(name)
      file.onWritten(() => told.push(name))
    }
    file.write(() => {
      insert('a')
      expect(told).toEqual([])
    })
    expect(() =>
      file.write(() => {
        insert('b')
        insert('a')
      }),
    ).toThrow()
    expect(told).toEqual(['a'])
    expect(file.db.prepare('SELECT count(*) AS n FROM users').get()).toEqual({ n: 1 })
  })
})
