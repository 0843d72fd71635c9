import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { helloFrame } from '../gateway/ethstats/testing.ts'
import { startServer } from '../testing.ts'
import type { RunningServer } from '../testing.ts'
import type { RefusedLogin } from './refused-logins.ts'

const root = { name: 'root', via: 'cli', address: '' } as const
const password = 'correct horse battery'

/** What a native node is answered that says this hello: `ready`, or the code its connection is closed with. */
const logIn = async (running: RunningServer, id: string, secret: string) => {
  const socket = await running.connect('/api')
  socket.send(helloFrame(id, { secret }))
  const ready = socket
    .next((text) => text.includes('ready'))
    .then(
      () => 'ready',
      () => 'never',
    )
  return { socket, answer: await Promise.race([ready, socket.closed]) }
}

describe('a native node', () => {
  it('logs in with its token in place of the secret, and is out when that is taken away', async () => {
    await using running = await startServer()
    const { agents } = running.server.auth.admin
    const { token = '' } = agents.add(root, { id: 'node-1' })
    expect((await logIn(running, 'node-1', 's3cret')).answer).toBe(1000)
    expect((await logIn(running, 'node-2', token)).answer).toBe(1000)
    expect((await logIn(running, 'node-2', 's3cret')).answer).toBe('ready')
    const { socket, answer } = await logIn(running, 'node-1', token)
    expect(answer).toBe('ready')
    agents.ban(root, { id: 'node-1' })
    expect(await socket.closed).toBeGreaterThanOrEqual(1000)
    expect((await logIn(running, 'node-1', token)).answer).toBe(1000)
    expect(running.server.auth.agentAuthenticator.refused).toMatchObject({
      'token-required': 1,
      'wrong-id': 1,
      banned: 1,
    })
    const { text } = await running.get('/metrics')
    expect(text).toMatch(/^netstats_server_auth_refused_total\{reason="banned"\} 1$/m)
  })

  it('does not take a token to another network by greeting again', async () => {
    await using running = await startServer()
    const { agents } = running.server.auth.admin
    const { token = '' } = agents.add(root, { id: 'node-1', network: '1337' })
    const bound = await logIn(running, 'node-1', token)
    const free = await logIn(running, 'node-2', 's3cret')
    expect([bound.answer, free.answer]).toEqual(['ready', 'ready'])
    bound.socket.send(helloFrame('node-1', { secret: token, net: '7' }))
    expect(await bound.socket.closed).toBe(1012)
    free.socket.send(helloFrame('node-2', { net: '7' }))
    await expect.poll(() => running.server.core.network('7')?.node('node-2')?.id).toBe('node-2')
    expect(running.server.core.network('7')?.node('node-1')).toBeUndefined()
  })
})

describe('who is refused', () => {
  const byText = (a: unknown, b: unknown): number => (String(a) < String(b) ? -1 : 1)
  const refusedOf = async (running: RunningServer) => {
    const { users } = running.server.auth.admin
    if (users.list().length > 0) users.remove(root, { name: 'olga' })
    const { token } = users.addWithToken(root, { name: 'olga', role: 'operator' })
    const asked = await running.get('/api/v1/admin/agents/refused', { headers: { authorization: `Bearer ${token}` } })
    return (JSON.parse(asked.text) as { refused: RefusedLogin[] }).refused
  }

  for (const workers of [0, 1]) {
    it(`is named in the log and over REST, with the reason and what to do, with ${workers} workers`, async () => {
      await using running = await startServer({ workers, ethstats: { maxFrame: '64KiB' } })
      const { admin } = running.server.auth
      admin.agents.ban(root, { id: 'banned-1' })
      await logIn(running, 'besu-3', 'WRONG')
      await logIn(running, 'banned-1', 's3cret')
      const { socket } = await logIn(running, 'large-1', 's3cret')
      socket.send(`{"emit":["stats",{"id":"large-1","x":"${'x'.repeat(100_000)}"}]}`)
      await socket.closed
      const silent = await running.connect('/api')
      silent.send('{"emit":["hello",{"id":"a\u200bb","info":{}}]}')
      await silent.closed
      await expect(running.connect('/agent')).rejects.toThrow('400')
      await expect(running.connect('/nowhere')).rejects.toThrow('404')
      await running.server.auth.httpAuthenticator.login('alice', 'wrong', '192.0.2.1')
      await running.get('/api/v1/admin/agents', { headers: { authorization: 'Bearer nsa_old' } })
      await expect.poll(async () => (await refusedOf(running)).length).toBe(8)
      const refused = await refusedOf(running)
      expect(refused.map(({ name, reason, via, count }) => [name, reason, via, count]).toSorted(byText)).toEqual([
        ['', 'bad-api-token', 'http', 1],
        ['', 'malformed-hello', 'ethstats', 1],
        ['', 'no-sub-protocol', 'netstats', 1],
        ['', 'unknown-channel', 'http', 1],
        ['', 'wrong-password', 'login', 1],
        ['banned-1', 'banned', 'ethstats', 1],
        ['besu-3', 'bad-secret', 'ethstats', 1],
        ['large-1', 'oversized', 'ethstats', 1],
      ])
      for (const { cure } of refused) expect(cure.length).toBeGreaterThan(20)
      const told = running.log.entries.filter(({ message }) => message === 'a login was refused')
      expect(told.map(({ level, fields }) => [level, (fields as { node: string }).node])).toContainEqual([
        'warn',
        'besu-3',
      ])
      expect(told).toHaveLength(8)
      expect((await running.get('/api/v1/admin/agents/refused')).status).toBe(401)
    })
  }
})

describe('secrets', () => {
  it('are in no log, no answer and no metric, right or wrong, whatever becomes of them', async () => {
    await using running = await startServer({
      auth: { failures: 3 },
      ethstats: { secret: 's3cret', moreSecrets: ['another-s3cret'] },
    })
    const { agents, users } = running.server.auth.admin
    const { token = '' } = agents.add(root, { id: 'node-1' })
    const rotated = agents.rotate(root, { id: 'node-1' }).token ?? ''
    const api = users.addWithToken(root, { name: 'script', role: 'admin' }).token
    await users.add(root, { name: 'alice', role: 'admin', password })
    const answers: string[] = []
    const ask = async (path: string, init: RequestInit = {}): Promise<Response> => {
      const answer = await fetch(running.server.url + path, init)
      answers.push(
        `${[...answer.headers].filter(([name]) => name !== 'set-cookie').join('\n')}\n${await answer.clone().text()}`,
      )
      return answer
    }
    const post = (path: string, body: object | string, headers: Record<string, string> = {}) =>
      ask(`/api/v1${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: typeof body === 'string' ? body : JSON.stringify(body),
      })

    for (const secret of ['another-s3cret', token, rotated, 'wr0ng-s3cret']) await logIn(running, 'node-1', secret)
    for (let i = 0; i < 4; i++) await logIn(running, 'node-9', 'wr0ng-s3cret')
    const session = await post('/session', { name: 'alice', password })
    const cookie = session.headers.get('set-cookie')?.split(';')[0] ?? ''
    await post('/session', { name: 'alice', password: 'wr0ng-passw0rd' })
    await post('/session', { name: 'alice', password, surplus: 'wr0ng-passw0rd' })
    await post('/session', `{"name":"alice","password":"wr0ng-passw0rd"`)
    await post('/session/password', { current: 'wr0ng-passw0rd', password: 'sh0rt' }, { cookie })
    await post('/session/password', { current: password, password: 'sh0rt' }, { cookie })
    await post('/admin/users/password', { name: 'nobody', password: 'wr0ng-passw0rd' }, { cookie })
    await post('/admin/agents/key', { id: 'node-1', key: 'wr0ng-s3cret' }, { authorization: `Bearer ${api}` })
    await ask('/api/v1/admin/agents', { headers: { authorization: 'Bearer nsa_wr0ng-s3cret' } })
    for (const path of [
      '/api/v1/admin/audit',
      '/api/v1/admin/users',
      '/api/v1/admin/agents',
      '/api/v1/server',
      '/metrics',
      '/healthz',
    ])
      await ask(path, { headers: { authorization: `Bearer ${api}` } })

    const cookieValue = cookie.split('=')[1] ?? ''
    expect(cookieValue).toHaveLength(43)
    const said = `${inspect(running.log.entries, { depth: 10, maxStringLength: null, maxArrayLength: null })}\n${answers.join('\n')}`
    expect(said.length).toBeGreaterThan(10_000)
    for (const secret of [token, rotated, api, password, cookieValue, 'another-s3cret', 'wr0ng', 'sh0rt']) {
      expect([secret, said.includes(secret)]).toEqual([secret, false])
    }
  })
})

describe('the log', () => {
  it('has one line an entry, whatever peers call themselves', async () => {
    await using running = await startServer()
    await logIn(running, 'node\\r\\nforged entry\\u2028', 'wrong')
    for (const { fields } of running.log.entries)
      for (const value of Object.values(fields))
        if (typeof value === 'string') expect(value).not.toMatch(/[\r\n\u2028]/)
  })
})
