import { chmodSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterAll, describe, expect, it } from 'vitest'
import { openAccessFile } from './database.ts'
import { applicationId, migrations } from './schema.ts'

const folder = mkdtempSync(join(tmpdir(), 'netstats-access-file-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
let files = 0
const newPath = (): string => {
  const own = join(folder, String(++files))
  mkdirSync(own)
  return join(own, 'access.db')
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
    using file = openAccessFile(path)
    file.write(() => file.db.exec("INSERT INTO users VALUES ('a', 'admin', NULL, NULL, 1, 1)"))
    for (const name of readdirSync(join(path, '..'))) {
      expect([name, statSync(join(path, '..', name)).mode & 0o777]).toEqual([name, 0o600])
    }
    expect(file.wasOpenToOthers).toBe(false)
  })

  it('is closed to others where it was not', () => {
    const path = newPath()
    openAccessFile(path)[Symbol.dispose]()
    chmodSync(path, 0o644)
    using file = openAccessFile(path)
    expect([file.wasOpenToOthers, statSync(path).mode & 0o777]).toEqual([true, 0o600])
  })

  it('has one owner at a time', () => {
    const path = newPath()
    const first = openAccessFile(path)
    expect(codeOf(() => openAccessFile(path))).toBe('ACCESS_FILE_IN_USE')
    first[Symbol.dispose]()
    openAccessFile(path)[Symbol.dispose]()
  })

  it.each([
    ['is no database', () => Buffer.from('this is no database of anybody, but long enough for a header'.repeat(3))],
    ['is cut off', (good: Buffer) => good.subarray(0, 50)],
    ['is damaged', (good: Buffer) => Buffer.concat([good.subarray(0, 4096), Buffer.alloc(good.length - 4096, 7)])],
  ])('that %s is refused and stays as it is', (_, spoil) => {
    const path = newPath()
    openAccessFile(path)[Symbol.dispose]()
    const bad = spoil(readFileSync(path))
    writeFileSync(path, bad)
    expect(codeOf(() => openAccessFile(path))).toBe('ACCESS_FILE_CORRUPT')
    expect(readFileSync(path).equals(bad)).toBe(true)
    expect(readdirSync(join(path, '..'))).toEqual(['access.db'])
  })

  it('of something else, or of a newer Netstats, is refused and stays as it is', () => {
    for (const [sql, code] of [
      ['CREATE TABLE theirs (a); PRAGMA application_id = 7', 'ACCESS_FILE_CORRUPT'],
      [
        `CREATE TABLE agents (a); PRAGMA application_id = ${applicationId}; PRAGMA user_version = ${migrations.length + 1}`,
        'ACCESS_FILE_TOO_NEW',
      ],
    ] as const) {
      const path = newPath()
      const db = new DatabaseSync(path)
      db.exec(sql)
      db.close()
      const before = readFileSync(path)
      expect(codeOf(() => openAccessFile(path))).toBe(code)
      expect(readFileSync(path).equals(before)).toBe(true)
    }
  })

  it('that can not be made says so', () => {
    expect(codeOf(() => openAccessFile(join(folder, 'missing', 'access.db')))).toBe('ACCESS_FILE_UNUSABLE')
  })

  it('is written whole or not at all, and memory learns of it after', () => {
    const path = newPath()
    using file = openAccessFile(path)
    const told: string[] = []
    const insert = (name: string): void => {
      file.db.prepare("INSERT INTO users VALUES (?, 'admin', NULL, NULL, 1, 1)").run(name)
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
