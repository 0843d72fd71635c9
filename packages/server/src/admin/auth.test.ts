import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createRecordingLogger } from '@netstats/sdk/testing'
import { afterAll, describe, expect, it } from 'vitest'
import { authConfig } from '../auth/config.ts'
import { openTestAuth } from '../auth/testing/folder.ts'
import { openAuthAdmin } from './open-auth-admin.ts'
import { retention } from '@netstats/store/duckdb/testing'
import { createStoreAdmin } from './admin.ts'
import { openAdminSocket } from './socket-server.ts'

const folder = mkdtempSync(join(tmpdir(), 'netstats-auth-admin-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const configOf = (data: string) => ({ config: { data, auth: authConfig.parse({}) } })

const start = async () => {
  const test = await openTestAuth()
  const log = createRecordingLogger()
  const socket = await openAdminSocket({
    data: test.data,
    log,
    admin: createStoreAdmin({
      store: () => {
        throw new Error('nobody asks for the store')
      },
      retention,
      backup: () => Promise.reject(new Error('nor for a backup')),
      now: () => 0,
    }),
    auth: test.auth.admin,
  })
  return {
    test,
    log,
    async [Symbol.asyncDispose]() {
      await socket[Symbol.asyncDispose]()
      await test[Symbol.asyncDispose]()
    },
  }
}

describe('a command on agents and users', () => {
  it('asks the server that runs, which is changed at once and logs no secret', async () => {
    await using running = await start()
    await using admin = await openAuthAdmin(configOf(running.test.data))
    expect(admin.running).toBe(true)
    const { token } = await admin.run('agents/add', { id: 'node-1' })
    expect(token).toMatch(/^nst_/)
    expect(running.test.auth.admin.agents.list().map((one) => one.id)).toEqual(['node-1'])
    await admin.run('users/add', { name: 'alice', role: 'admin', password: 'correct horse battery' })
    const { entries } = await admin.run('audit/list', { limit: 1 })
    expect(entries[0]).toMatchObject({ via: 'cli', action: 'user-add', subject: 'alice' })
    const logged = JSON.stringify(running.log.entries)
    for (const secret of [token ?? '', 'correct horse']) expect(logged).not.toContain(secret)
  })

  it('hears of a fault as if it were its own', async () => {
    await using running = await start()
    await using admin = await openAuthAdmin(configOf(running.test.data))
    await expect(admin.run('agents/rotate', { id: 'nobody' })).rejects.toMatchObject({
      name: 'AuthError',
      code: 'AUTH_AGENT_UNKNOWN',
    })
    await expect(admin.run('agents/add', { id: '' })).rejects.toThrow('id: ')
  })

  it('opens the file where no server runs', async () => {
    const data = join(folder, 'own')
    mkdirSync(data)
    {
      await using admin = await openAuthAdmin(configOf(data))
      expect(admin.running).toBe(false)
      await admin.run('agents/add', { id: 'node-1' })
      await expect(admin.run('agents/add', { id: 'a\nb' })).rejects.toMatchObject({ code: 'AUTH_ARGUMENT_INVALID' })
      // Two commands at once: one waits for the other to end.
      await expect(openAuthAdmin(configOf(data))).rejects.toMatchObject({ code: 'AUTH_FILE_IN_USE' })
    }
    await using again = await openAuthAdmin(configOf(data))
    expect((await again.run('agents/list', {})).total).toBe(1)
  })

  it('makes no folder: a wrong name would be an agent nobody knows', async () => {
    const data = join(folder, 'missing')
    await expect(openAuthAdmin(configOf(data))).rejects.toMatchObject({
      code: 'AUTH_FILE_UNUSABLE',
      message: expect.stringContaining('--data DIR'),
    })
    expect(existsSync(data)).toBe(false)
  })

  it('that is none of ours is refused', async () => {
    await using running = await start()
    const ask = (path: string, body: string, method = 'POST') =>
      new Promise<readonly [number, string]>((resolve, reject) => {
        const socketPath = join(running.test.data, 'admin.sock')
        const headers = { 'content-type': 'application/json' }
        const sent = request({ socketPath, path, method, headers, agent: false }, (answer) => {
          let text = ''
          answer.on('data', (chunk: Buffer) => (text += chunk.toString()))
          answer.on('end', () => resolve([answer.statusCode ?? 0, (JSON.parse(text) as { code: string }).code]))
        })
        sent.on('error', reject)
        sent.end(body)
      })
    const refused = (status: number) => [status, 'SERVER_ADMIN_REFUSED']
    expect(await ask('/auth/agents/explode', '{}')).toEqual(refused(404))
    expect(await ask('/auth/agents/list', '{}')).toEqual(refused(400))
    expect(await ask('/auth/agents/list', '{"as":"a","args":{"x":1}}')).toEqual(refused(400))
    expect(await ask('/auth/agents/list', '', 'GET')).toEqual(refused(404))
    expect(await ask('/auth/agents/add', `{"as":"a","args":{"id":"${'x'.repeat(70_000)}"}}`)).toEqual(refused(413))
  })
})
