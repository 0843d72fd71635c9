import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createRecordingLogger } from '@netstats/sdk/testing'
import { describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { serverConfig } from './config.ts'
import { helloFrame } from './gateway/ethstats/testing.ts'
import { openServer } from './server.ts'
import { startServer } from './testing.ts'
import { checkExposure } from './exposure.ts'

const exposureOf = (config: object) => () => checkExposure(serverConfig.parse(config))

describe('a server without a secret', () => {
  for (const listen of ['127.0.0.1:3000', '[::1]:3000', 'localhost:3000', '127.8.9.1:1', '[::ffff:127.0.0.1]:3000']) {
    it(`may listen on ${listen}`, () => {
      expect(exposureOf({ listen })()).toBe('this-machine')
    })
  }

  for (const listen of [':3000', '0.0.0.0:3000', '[::]:3000', '192.0.2.1:3000', 'stats.example.org:3000', '*:3000']) {
    it(`does not listen on ${listen} unless that is meant`, () => {
      const refused = expect.objectContaining({
        code: 'SERVER_OPEN_TO_ALL',
        message: expect.stringContaining('--open'),
      })
      expect(exposureOf({ listen })).toThrow(refused)
      expect(exposureOf({ listen, auth: { open: true } })()).toBe('meant')
      expect(exposureOf({ listen, auth: { requireTokens: true } })()).toBe('closed')
      expect(exposureOf({ listen, ethstats: { secret: 'x' } })()).toBe('closed')
      expect(exposureOf({ listen, ethstats: { moreSecrets: ['x'] } })()).toBe('closed')
    })
  }

  it('lets nobody in who comes through a trusted proxy from elsewhere, and says what to do', async () => {
    const open = async (auth: object) => {
      const data = await mkdtemp(join(tmpdir(), 'netstats-exposure-'))
      const config = serverConfig.parse({
        listen: '127.0.0.1:0',
        data,
        trustedProxies: ['127.0.0.1'],
        auth,
        history: { enabled: false },
      })
      const server = await openServer({ config, log: createRecordingLogger(), version: '0' })
      const logIn = (from: string): Promise<string> =>
        new Promise((resolve, reject) => {
          const socket = new WebSocket(`${server.url.replace('http', 'ws')}/api`, {
            headers: { 'x-forwarded-for': from },
          })
          socket.on('open', () => socket.send(helloFrame(`node of ${from}`)))
          socket.on('error', reject)
          socket.on('message', () => resolve('in'))
          socket.on('close', (code) => resolve(String(code)))
          void closing.then(() => socket.terminate())
        })
      const { promise: closing, resolve: close } = Promise.withResolvers<void>()
      const answers = [await logIn('127.0.0.1'), await logIn('192.0.2.1'), await logIn('2001:db8::1')]
      const { refused } = server.auth.agentAuthenticator
      close()
      await server[Symbol.asyncDispose]()
      await rm(data, { recursive: true, force: true })
      return { answers, refused: refused['secret-required'] }
    }
    const isIn = (answer: string) => answer === 'in'
    const here = await open({})
    expect(here.refused).toBe(2)
    const everybody = await open({ open: true })
    expect([everybody.refused, everybody.answers.every(isIn)]).toEqual([0, true])
  })

  it.each([0, 1])('lets no agent in that comes through a proxy nobody named, with %i workers', async (workers) => {
    const data = await mkdtemp(join(tmpdir(), 'netstats-exposure-'))
    const open = (more: object) =>
      openServer({
        config: serverConfig.parse({ listen: '127.0.0.1:0', data, workers, history: { enabled: false }, ...more }),
        log: createRecordingLogger(),
        version: '0',
      })
    const answerTo = (url: string, path: string, headers: Record<string, string>): Promise<number> =>
      new Promise((resolve) => {
        const socket = new WebSocket(`${url.replace('http', 'ws')}${path}`, 'netstats.v1', { headers })
        socket.on('unexpected-response', (_, response) => resolve(response.statusCode ?? 0))
        socket.on('error', () => undefined)
        socket.on('open', () => {
          socket.terminate()
          resolve(101)
        })
      })
    {
      await using server = await open({})
      expect(await answerTo(server.url, '/agent', {})).toBe(101)
      for (const name of ['X-Forwarded-For', 'X-Real-IP', 'Forwarded', 'Via', 'X-Forwarded-Proto'])
        expect([name, await answerTo(server.url, '/agent', { [name]: '192.0.2.1' })]).toEqual([name, 403])
      const from = (told: string) =>
        answerTo(server.url, '/agent', { 'X-Forwarded-For': told, 'X-Real-IP': '127.0.0.1' })
      expect(await from('127.0.0.1, ::1')).toBe(101)
      expect(await from('127.0.0.1, 192.0.2.1')).toBe(403)
    }
    await using meant = await open({ auth: { open: true } })
    expect(await answerTo(meant.url, '/agent', { 'X-Forwarded-For': '192.0.2.1' })).toBe(101)
    await rm(data, { recursive: true, force: true })
  })

  it('leaves nothing behind where it does not start', async () => {
    await using running = await startServer()
    const config = serverConfig.parse({ listen: ':0', data: `${running.data}/other` })
    const opened = openServer({ config, log: createRecordingLogger(), version: '0' })
    await expect(opened).rejects.toMatchObject({ code: 'SERVER_OPEN_TO_ALL' })
    const again = serverConfig.parse({
      listen: '127.0.0.1:0',
      data: `${running.data}/other`,
      history: { enabled: false },
    })
    await using _ = await openServer({ config: again, log: createRecordingLogger(), version: '0' })
  })
})
