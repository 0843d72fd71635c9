import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createRecordingLogger } from '@netstats/sdk/testing'
import { afterAll, describe, expect, it } from 'vitest'
import { access as accessConfig } from '../access/config.ts'
import { openTestAccess } from '../access/testing/folder.ts'
import { openAccessAdmin } from './open-access-admin.ts'
import { openControl } from './socket-server.ts'

const folder = mkdtempSync(join(tmpdir(), 'netstats-access-control-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const configOf = (data: string) => ({ config: { data, access: accessConfig.parse({}) } })

const start = async () => {
  const test = await openTestAccess()
  const log = createRecordingLogger()
  const control = await openControl({
    data: test.data,
    log,
    admin: () => {
      throw new Error('nobody asks for the store')
    },
    access: test.access.admin,
  })
  return {
    test,
    log,
    async [Symbol.asyncDispose]() {
      await control[Symbol.asyncDispose]()
      await test[Symbol.asyncDispose]()
    },
  }
}

describe('a command on agents and users', () => {
  it('asks the server that runs, which is changed at once and logs no secret', async () => {
    await using running = await start()
    await using admin = await openAccessAdmin(configOf(running.test.data))
    expect(admin.running).toBe(true)
    const { token } = await admin.run('agents/add', { id: 'node-1' })
    expect(token).toMatch(/^nst_/)
    expect(running.test.access.admin.agents.list().map((one) => one.id)).toEqual(['node-1'])
    await admin.run('users/add', { name: 'alice', role: 'admin', password: 'correct horse battery' })
    const { entries } = await admin.run('audit/list', { limit: 1 })
    expect(entries[0]).toMatchObject({ via: 'cli', action: 'user-add', subject: 'alice' })
    const logged = JSON.stringify(running.log.entries)
    for (const secret of [token ?? '', 'correct horse']) expect(logged).not.toContain(secret)
  })

  it('hears of a fault as if it were its own', async () => {
    await using running = await start()
    await using admin = await openAccessAdmin(configOf(running.test.data))
    await expect(admin.run('agents/rotate', { id: 'nobody' })).rejects.toMatchObject({
      name: 'AccessError',
      code: 'ACCESS_AGENT_UNKNOWN',
    })
    await expect(admin.run('agents/add', { id: '' })).rejects.toThrow('id: ')
  })

  it('opens the file where no server runs', async () => {
    const data = join(folder, 'own')
    mkdirSync(data)
    {
      await using admin = await openAccessAdmin(configOf(data))
      expect(admin.running).toBe(false)
      await admin.run('agents/add', { id: 'node-1' })
      await expect(admin.run('agents/add', { id: 'a\nb' })).rejects.toMatchObject({ code: 'ACCESS_ARGUMENT_INVALID' })
      // Two commands at once: one waits for the other to end.
      await expect(openAccessAdmin(configOf(data))).rejects.toMatchObject({ code: 'ACCESS_FILE_IN_USE' })
    }
    await using again = await openAccessAdmin(configOf(data))
    expect((await again.run('agents/list', {})).total).toBe(1)
  })

  it('makes no folder: a wrong name would be an agent nobody knows', async () => {
    const data = join(folder, 'missing')
    await expect(openAccessAdmin(configOf(data))).rejects.toMatchObject({
      code: 'ACCESS_FILE_UNUSABLE',
      message: expect.stringContaining('--data DIR'),
    })
    expect(existsSync(data)).toBe(false)
  })

  it('that is none of ours is refused', async () => {
    await using running = await start()
    const ask = (path: string, body: string, method = 'POST') =>
      new Promise<readonly [number, string]>((resolve, reject) => {
        const socketPath = join(running.test.data, 'control.sock')
        const sent = request({ socketPath, path, method, agent: false }, (answer) => {
          let text = ''
          answer.on('data', (chunk: Buffer) => (text += chunk.toString()))
          answer.on('end', () => resolve([answer.statusCode ?? 0, (JSON.parse(text) as { code: string }).code]))
        })
        sent.on('error', reject)
        sent.end(body)
      })
    const refused = (status: number) => [status, 'SERVER_CONTROL_REFUSED']
    expect(await ask('/access/agents/explode', '{}')).toEqual(refused(404))
    expect(await ask('/access/agents/list', '{}')).toEqual(refused(400))
    expect(await ask('/access/agents/list', '{"as":"a","args":{"x":1}}')).toEqual(refused(400))
    expect(await ask('/access/agents/list', '', 'GET')).toEqual(refused(405))
    expect(await ask('/access/agents/add', `{"as":"a","args":{"id":"${'x'.repeat(70_000)}"}}`)).toEqual(refused(413))
  })
})
