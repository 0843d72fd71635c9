import { describe, expect, it } from 'vitest'
import { createAudit } from './audit.ts'
import { openAuthFile } from './database.ts'
import type { AuthFile } from './database.ts'
import { openTestAuth, operator, start } from './testing/folder.ts'

/** An audit on a disk that can be full for a while. */
const openAudit = async (use: (audit: ReturnType<typeof createAudit>, disk: { full: boolean }) => void) => {
  await using test = await openTestAuth()
  await test.auth[Symbol.asyncDispose]()
  using file = openAuthFile(`${test.data}/auth.db`)
  const disk = { full: false }
  const write: AuthFile['write'] = (work) => {
    if (disk.full) throw new Error('database or disk is full')
    return file.write(work)
  }
  use(createAudit({ ...file, write }, { entries: 100_000, now: () => start }), disk)
}
const login = (i: number) => ({ action: 'login', subject: `user ${i}`, result: 'refused' })

describe('entries of the audit log that come faster than they are written', () => {
  it('are all written where they can be', () =>
    openAudit((audit) => {
      for (let i = 0; i < 3500; i++) audit.later(operator, login(i))
      expect([audit.list(1000_000).length, audit.lost]).toEqual([3500, 0])
    }))

  it('are counted while the disk is full, and a row says how many and since when', () =>
    openAudit((audit, disk) => {
      disk.full = true
      for (let i = 0; i < 1500; i++) audit.later(operator, login(i))
      expect(audit.lost).toBe(500)
      disk.full = false
      audit.later(operator, login(1500))
      const [newest, told, before] = audit.list(1000_000)
      expect(newest).toMatchObject({ subject: 'user 1500' })
      expect(told).toMatchObject({
        actor: 'server',
        result: 'lost',
        detail: '500 entries since 2023-11-14T22:13:20.000Z could not be written',
      })
      expect(before).toMatchObject({ subject: 'user 999' })
      audit.flush()
      expect(audit.list(1000_000).filter(({ result }) => result === 'lost')).toHaveLength(1)
    }))
})
