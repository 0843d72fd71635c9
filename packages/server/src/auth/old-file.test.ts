import { existsSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createFakeClock, createRecordingLogger } from '@netstats/sdk/testing'
import { afterAll, describe, expect, it } from 'vitest'
import { openIdentity } from '../data-folder/identity.ts'
import { authConfig } from './config.ts'
import { openAuthFile } from './database.ts'
import { openAuth } from './open.ts'
import { attemptOf, operator, quickPasswords, start } from './testing/folder.ts'

const root = mkdtempSync(join(tmpdir(), 'netstats-old-auth-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))

const open = (data: string) =>
  openAuth({
    data,
    config: authConfig.parse({}),
    secrets: ['shared secret'],
    clock: createFakeClock({ start }),
    log: createRecordingLogger(),
    passwords: quickPasswords(),
  })

/** A data folder of a version before 0.2 with a user, a token and a ban. */
const oldFolder = async () => {
  const data = mkdtempSync(join(root, 'a-'))
  await openIdentity(data)
  await using auth = await open(data)
  const { token = '' } = auth.admin.agents.add(operator, { id: 'node-1' })
  auth.admin.agents.ban(operator, { id: 'mallory' })
  await auth.admin.users.add(operator, { name: 'alice', role: 'admin', password: 'a long password of hers' })
  await auth[Symbol.asyncDispose]()
  renameSync(join(data, 'auth.db'), join(data, 'access.db'))
  const path = join(data, 'server.json')
  const { auth: access, ...others } = JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>
  writeFileSync(path, JSON.stringify({ ...others, access }))
  return { data, token }
}

describe('a data folder of a version before 0.2', () => {
  it('keeps its users, tokens and bans: its file is renamed when it is opened', async () => {
    const { data, token } = await oldFolder()
    await using auth = await open(data)
    expect(auth.agentAuthenticator.authenticate(attemptOf({ id: 'node-1', secret: token }))).toMatchObject({
      ok: true,
      by: 'token',
    })
    expect(auth.agentAuthenticator.authenticate(attemptOf({ id: 'mallory' }))).toMatchObject({ reason: 'banned' })
    expect(auth.admin.users.list().map(({ name }) => name)).toEqual(['alice'])
    expect(readdirSync(data).filter((name) => name.startsWith('access'))).toEqual([])
    expect(JSON.parse(readFileSync(join(data, 'server.json'), 'utf8'))).not.toHaveProperty('access')
  })

  it('keeps what a crash left in the log of the file, also where the renaming was cut short', async () => {
    const { data } = await oldFolder()
    const folder = mkdtempSync(join(root, 'b-'))
    {
      using file = openAuthFile(join(data, 'access.db'))
      // As a crash leaves it: written, and not in the file itself yet.
      file.db.exec('PRAGMA wal_autocheckpoint = 0')
      file.write(() => file.db.exec("INSERT INTO users VALUES ('bob', 'viewer', NULL, NULL, 1, 1, NULL)"))
      for (const end of ['', '-wal']) {
        writeFileSync(join(folder, `access.db${end}`), readFileSync(join(data, `access.db${end}`)))
      }
    }
    renameSync(join(folder, 'access.db-wal'), join(folder, 'auth.db-wal'))
    await using auth = await open(folder)
    expect(auth.admin.users.list().map(({ name }) => name)).toEqual(['alice', 'bob'])
  })

  it('is not begun again in silence where its file is gone', async () => {
    const { data } = await oldFolder()
    rmSync(join(data, 'access.db'))
    await expect(open(data)).rejects.toMatchObject({ code: 'AUTH_FILE_MISSING' })
    expect(JSON.parse(readFileSync(join(data, 'server.json'), 'utf8'))).toHaveProperty('auth')
    expect(existsSync(join(data, 'auth.db'))).toBe(false)
  })

  it('does not push out the file of today', async () => {
    const { data } = await oldFolder()
    openAuthFile(join(data, 'auth.db'))[Symbol.dispose]()
    await expect(open(data)).rejects.toMatchObject({ code: 'AUTH_FILE_MISSING' })
    expect(readdirSync(data)).toContain('access.db')
  })
})
