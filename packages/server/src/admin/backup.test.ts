import { createHash } from 'node:crypto'
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createFakeClock, createRecordingLogger } from '@netstats/sdk/testing'
import { afterAll, describe, expect, it } from 'vitest'
import { openAlarmFile } from '../alarms/database.ts'
import { authConfig } from '../auth/config.ts'
import { openAuth } from '../auth/open.ts'
import { quickPasswords } from '../auth/testing/folder.ts'
import { openIdentity } from '../data-folder/identity.ts'
import { openDuckStore } from '@netstats/store/duckdb'
import { batchOf, now, retention, rowCountAfter } from '@netstats/store/duckdb/testing'
import { historyFolder } from '../data-folder/folders.ts'
import { openAuthAdmin } from './open-auth-admin.ts'
import { openStoreAdmin, restoreEverything } from './open-admin.ts'

const root = mkdtempSync(join(tmpdir(), 'netstats-backup-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))
let folders = 0
const newFolder = (): string => join(root, String(++folders))

const history = { enabled: true, retention, memory: 1 << 28, threads: 1 } as never
const admin = authConfig.parse({})
const authIn = (data: string) =>
  openAuth({
    data,
    config: admin,
    secrets: ['s'],
    clock: createFakeClock({ start: now }),
    log: createRecordingLogger(),
    passwords: quickPasswords(),
  })
const cli = { name: 'root', via: 'cli', address: '' } as const

/** A data folder as a server leaves it: a history, an agent that is banned, who it is. */
const serverFolder = async (): Promise<string> => {
  const data = newFolder()
  await openIdentity(data)
  {
    await using auth = await authIn(data)
    auth.admin.agents.ban(cli, { id: 'mallory' })
  }
  openAlarmFile(join(data, 'alarms.db'))[Symbol.dispose]()
  await using store = await openDuckStore({ directory: historyFolder(data), retention, now: () => now, threads: 1 })
  await store.write(batchOf(0, 5))
  return data
}
const backupOf = async (data: string, config: object = {}): Promise<string> => {
  const path = newFolder()
  await using opened = await openStoreAdmin({
    config: { data, history: { ...(history as object), ...config } as never },
    needsHistory: false,
  })
  await opened.admin.backup(path)
  return path
}
const bansIn = async (data: string): Promise<readonly string[]> => {
  await using opened = await openAuthAdmin({ config: { data, auth: admin } })
  const { agents } = (await opened.run('agents/list', {})) as { readonly agents: readonly { readonly id: string }[] }
  return agents.map(({ id }) => id)
}
const identityOf = (data: string): unknown => JSON.parse(readFileSync(join(data, 'server.json'), 'utf8'))

describe('a backup of a server', () => {
  it('has its history, its agents and users and who it is; restored elsewhere, all of it is there', async () => {
    const data = await serverFolder()
    const backup = await backupOf(data)
    expect(statSync(join(backup, 'auth.db')).mode & 0o777).toBe(0o600)
    expect(readdirSync(data).filter((name) => name.includes('backup'))).toEqual([])
    const there = newFolder()
    const report = await restoreEverything({ config: { data: there }, from: backup, force: false })
    expect(report).toMatchObject({ rows: rowCountAfter(1, 5), also: ['auth.db', 'alarms.db', 'server.json'] })
    expect(await bansIn(there)).toEqual(['mallory'])
    expect(identityOf(there)).toEqual({ ...(identityOf(data) as object), history: true })
    await using store = await openDuckStore({ directory: historyFolder(there), retention, now: () => now, threads: 1 })
    expect(await store.condition()).toEqual([])
    expect(readdirSync(there).toSorted()).toEqual(['alarms.db', 'auth.db', 'history', 'server.json'])
    openAlarmFile(join(there, 'alarms.db'))[Symbol.dispose]()
  })

  it('is made by a server that runs, and is of one that keeps no history too', async () => {
    const data = newFolder()
    await openIdentity(data)
    await using auth = await authIn(data)
    auth.admin.agents.ban(cli, { id: 'mallory' })
    const { createBackup } = await import('./backup.ts')
    const path = newFolder()
    await createBackup({ data, store: undefined, copyAuth: auth.copyTo })(path)
    const there = newFolder()
    await restoreEverything({ config: { data: there }, from: path, force: false })
    expect(await bansIn(there)).toEqual(['mallory'])
    expect(existsSync(historyFolder(there))).toBe(false)
  })

  it('of a version before 0.2 is restored with its agents, also over a folder of that time', async () => {
    const backup = await backupOf(await serverFolder())
    renameSync(join(backup, 'auth.db'), join(backup, 'access.db'))
    const manifest = readFileSync(join(backup, 'manifest.json'), 'utf8')
    const older = manifest.replace('"auth.db"', '"access.db"').replace('"format": 4', '"format": 2')
    writeFileSync(join(backup, 'manifest.json'), older)
    writeFileSync(
      join(backup, 'manifest.sha256'),
      `${createHash('sha256').update(older).digest('hex')}  manifest.json\n`,
    )
    const there = newFolder()
    await openIdentity(there)
    await (await authIn(there))[Symbol.asyncDispose]()
    renameSync(join(there, 'auth.db'), join(there, 'access.db'))
    const restore = (force: boolean) => restoreEverything({ config: { data: there }, from: backup, force })
    await expect(restore(false)).rejects.toMatchObject({ code: 'STORE_BACKUP_TARGET' })
    const { also, authAside } = await restore(true)
    expect(also).toEqual(['auth.db', 'alarms.db', 'server.json'])
    expect(existsSync(authAside as string)).toBe(true)
    expect(await bansIn(there)).toEqual(['mallory'])
    expect(readdirSync(there)).not.toContain('access.db')
  })

  it('needs --force where there is something, moves that aside, and stays who it is', async () => {
    const data = await serverFolder()
    const backup = await backupOf(data)
    const mine = newFolder()
    await openIdentity(mine)
    const before = identityOf(mine) as { id: string }
    await (await authIn(mine))[Symbol.asyncDispose]()
    const old = readFileSync(join(mine, 'auth.db'))
    await expect(restoreEverything({ config: { data: mine }, from: backup, force: false })).rejects.toMatchObject({
      code: 'STORE_BACKUP_TARGET',
      message: expect.stringContaining('--force'),
    })
    expect(existsSync(historyFolder(mine))).toBe(false)
    const { authAside } = await restoreEverything({ config: { data: mine }, from: backup, force: true })
    expect(readFileSync(authAside as string).equals(old)).toBe(true)
    expect(await bansIn(mine)).toEqual(['mallory'])
    expect(identityOf(mine)).toMatchObject({ id: before.id })
  })

  it.each([
    ['damaged', (path: string) => writeFileSync(path, Buffer.concat([readFileSync(path), Buffer.from('x')]))],
    ['gone', (path: string) => rmSync(path)],
  ])('whose file of agents is %s is refused, and nothing has changed', async (_, spoil) => {
    const backup = await backupOf(await serverFolder())
    chmodSync(join(backup, 'auth.db'), 0o600)
    spoil(join(backup, 'auth.db'))
    const there = newFolder()
    await expect(restoreEverything({ config: { data: there }, from: backup, force: true })).rejects.toMatchObject({
      code: 'STORE_BACKUP_INVALID',
      message: expect.stringContaining('auth.db'),
    })
    expect(existsSync(there) ? readdirSync(there) : []).toEqual([])
  })

  it('is not made without agents and users that have gone, and ends what is logged in', async () => {
    const data = await serverFolder()
    {
      await using auth = await authIn(data)
      await auth.admin.users.add(cli, { name: 'eve', role: 'admin', password: 'a long password of hers' } as never)
    }
    const backup = await backupOf(data)
    rmSync(join(data, 'auth.db'))
    await expect(backupOf(data)).rejects.toMatchObject({ code: 'AUTH_FILE_MISSING' })
    await expect(bansIn(data)).rejects.toMatchObject({ code: 'AUTH_FILE_MISSING' })
    expect(existsSync(join(data, 'auth.db'))).toBe(false)
    await restoreEverything({ config: { data }, from: backup, force: true })
    expect(await bansIn(data)).toEqual(['mallory'])
  })
})
