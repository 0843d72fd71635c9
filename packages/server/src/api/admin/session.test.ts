import { describe, expect, it } from 'vitest'
import { openAdminApi, password } from './testing/app.ts'
import type { AdminApi } from './testing/app.ts'

const login = (api: AdminApi, body: object = { name: 'alice', password }, headers: Record<string, string> = {}) =>
  api.ask('POST', '/session', { body, headers })
const cookieOf = (header: unknown): string => /^netstats_session=[\w-]*/.exec(String(header))?.[0] ?? ''
const codeOf = (answer: { json: () => unknown }): unknown => (answer.json() as { code?: unknown }).code

describe('a session', () => {
  it('begins with name and password and ends with a logout, after which its cookie is worth nothing', async () => {
    await using api = await openAdminApi()
    const answer = await login(api)
    expect(answer.statusCode).toBe(200)
    expect(answer.json()).toMatchObject({ name: 'alice', role: 'admin', via: 'session' })
    expect(answer.headers['set-cookie']).toMatch(
      /^netstats_session=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict; Max-Age=43200$/,
    )
    expect(answer.headers['cache-control']).toBe('no-store')
    const headers = { cookie: cookieOf(answer.headers['set-cookie']) }
    expect((await api.ask('GET', '/admin/users', { headers })).statusCode).toBe(200)
    const gone = await api.ask('DELETE', '/session', { headers })
    expect([gone.statusCode, gone.body, gone.headers['set-cookie']]).toEqual([
      204,
      '',
      expect.stringContaining('Max-Age=0'),
    ])
    expect((await api.ask('GET', '/admin/users', { headers })).statusCode).toBe(401)
    expect((await api.ask('GET', '/session', { headers })).json()).toMatchObject({ name: null, role: 'viewer' })
  })

  it('leaves none behind that was there before, and begins with a cookie nobody knew', async () => {
    await using api = await openAdminApi()
    const first = { cookie: cookieOf((await login(api)).headers['set-cookie']) }
    const second = { cookie: cookieOf((await login(api, undefined, first)).headers['set-cookie']) }
    expect(second.cookie).not.toBe(first.cookie)
    expect((await api.ask('GET', '/admin/users', { headers: first })).statusCode).toBe(401)
    expect((await api.ask('GET', '/admin/users', { headers: second })).statusCode).toBe(200)
  })

  it('is refused in the same words for a wrong name and a wrong password', async () => {
    await using api = await openAdminApi()
    const wrong = await login(api, { name: 'alice', password: 'wrong horse battery' })
    const unknown = await login(api, { name: 'nobody', password: 'wrong horse battery' })
    expect([wrong.statusCode, codeOf(wrong), wrong.headers['set-cookie']]).toEqual([401, 'API_LOGIN_WRONG', undefined])
    expect(unknown.body).toBe(wrong.body)
  })

  it('has to wait after too many failures, and is told how long', async () => {
    await using api = await openAdminApi({ failures: 3 })
    await login(api, { name: 'alice', password: 'wrong' })
    const answer = await login(api)
    expect([answer.statusCode, codeOf(answer), answer.headers['retry-after']]).toEqual([429, 'API_LOCKED_OUT', '30'])
  })

  it('goes on when its user changes the password, and all others end', async () => {
    await using api = await openAdminApi()
    const mine = { cookie: cookieOf((await login(api)).headers['set-cookie']) }
    const other = { cookie: cookieOf((await login(api)).headers['set-cookie']) }
    const change = (current: string, headers: Record<string, string>) =>
      api.ask('POST', '/session/password', { body: { current, password: `${password}!` }, headers })
    expect(codeOf(await change('wrong', mine))).toBe('API_LOGIN_WRONG')
    expect((await api.ask('GET', '/admin/users', { headers: other })).statusCode).toBe(200)
    expect((await change(password, mine)).statusCode).toBe(200)
    expect((await api.ask('GET', '/admin/users', { headers: mine })).statusCode).toBe(200)
    expect((await api.ask('GET', '/admin/users', { headers: other })).statusCode).toBe(401)
    expect((await login(api)).statusCode).toBe(401)
    // A script has no password to change.
    const script = await api.ask('POST', '/session/password', { as: 'admin', body: { current: 'a', password: 'b' } })
    expect(codeOf(script)).toBe('API_LOGIN_REQUIRED')
  })
})

describe('what changes something', () => {
  const agent = { id: 'node-1' }
  it('is not done for pages of other sites', async () => {
    await using api = await openAdminApi()
    const cookie = cookieOf((await login(api)).headers['set-cookie'])
    const ban = async (headers: Record<string, string>): Promise<unknown> => {
      const answer = await api.ask('POST', '/admin/agents/ban', {
        body: agent,
        headers: { cookie, host: 'stats.example.org', ...headers },
      })
      return answer.statusCode === 200 ? 200 : codeOf(answer)
    }
    for (const headers of [
      { origin: 'https://evil.example.org' },
      { origin: 'null' },
      { origin: 'https://stats.example.org.evil.org' },
      { origin: 'https://stats.example.org', 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
    ]) {
      expect([headers, await ban(headers as Record<string, string>)]).toEqual([headers, 'API_ORIGIN_REFUSED'])
    }
    for (const headers of [
      { origin: 'https://stats.example.org' },
      // A proxy passed another Host on; the browser says what counts.
      { origin: 'https://outside.example.org', 'sec-fetch-site': 'same-origin' },
      {},
    ]) {
      expect([headers, await ban(headers as Record<string, string>)]).toEqual([headers, 200])
    }
    // Logging somebody in as somebody else is a change, too.
    const forged = await login(api, undefined, { origin: 'https://evil.example.org', host: 'stats.example.org' })
    expect(codeOf(forged)).toBe('API_ORIGIN_REFUSED')
  })

  it('must be JSON of the right form, and short', async () => {
    await using api = await openAdminApi()
    const ask = async (body: string, type = 'application/json') => {
      const headers = { 'content-type': type }
      const answer = await api.ask('POST', '/admin/agents/ban', { as: 'operator', body, headers })
      return [answer.statusCode, codeOf(answer)]
    }
    expect(await ask('id=node-1', 'application/x-www-form-urlencoded')).toEqual([415, 'API_BODY_TYPE'])
    expect(await ask(JSON.stringify(agent), 'text/plain')).toEqual([415, 'API_BODY_TYPE'])
    for (const body of ['', '{', '[]', 'null', '7', '{"id":7}', '{"id":"a","x":1}', '{"__proto__":{"a":1},"id":"a"}'])
      expect([body, ...(await ask(body))]).toEqual([body, 400, 'API_BODY_INVALID'])
    expect(await ask(JSON.stringify({ id: 'x'.repeat(20_000) }))).toEqual([413, 'API_BODY_TOO_LARGE'])
    expect(await ask('{"id":"a\\nb"}')).toEqual([400, 'API_BODY_INVALID'])
    expect((await api.ask('GET', '/admin/agents', { as: 'operator' })).json()).toMatchObject({ total: 0 })
  })

  it('is answered by the methods that Allow names', async () => {
    await using api = await openAdminApi()
    for (const [method, path, allow] of [
      ['GET', '/alarms/1/acknowledge', 'POST, DELETE'],
      ['GET', '/silences/1/', 'DELETE'],
      ['DELETE', '/alarms/1', 'GET, HEAD'],
      ['GET', '/admin/agents/add', 'POST'],
      ['DELETE', '/admin/users', 'GET, HEAD'],
      ['POST', '/admin/audit', 'GET, HEAD'],
      ['DELETE', '/admin/users/remove', 'POST'],
    ] as const) {
      const answer = await api.ask(method, path, { as: 'admin' })
      expect([method, path, answer.statusCode, answer.headers.allow]).toEqual([method, path, 405, allow])
    }
  })
})

describe('administration', () => {
  it('gives a token once, and is written down with who did it', async () => {
    await using api = await openAdminApi()
    const added = await api.ask('POST', '/admin/agents/add', { as: 'operator', body: { id: 'node-1', network: '7' } })
    expect([added.statusCode, added.headers['cache-control']]).toEqual([200, 'no-store'])
    const { token } = added.json<{ token: string }>()
    expect(token).toMatch(/^nst_/)
    const again = await api.ask('POST', '/admin/agents/add', { as: 'operator', body: { id: 'node-1', network: '7' } })
    expect([again.statusCode, codeOf(again)]).toEqual([409, 'API_AGENT_EXISTS'])
    const unknown = await api.ask('POST', '/admin/agents/rotate', { as: 'operator', body: { id: 'node-9' } })
    expect([unknown.statusCode, codeOf(unknown)]).toEqual([404, 'API_AGENT_UNKNOWN'])
    const list = await api.ask('GET', '/admin/agents?limit=1', { as: 'operator' })
    expect(list.json()).toMatchObject({ total: 1, agents: [{ id: 'node-1', network: '7', hasToken: true }] })
    const audit = await api.ask('GET', '/admin/audit?limit=1', { as: 'admin' })
    expect(audit.json()).toMatchObject({
      entries: [{ actor: 'script-operator', via: 'token', address: '127.0.0.1', action: 'agent-add' }],
    })
    for (const answer of [list, audit]) expect(answer.body).not.toContain(token.slice(4))
  })

  it('does not let the last admin go', async () => {
    await using api = await openAdminApi()
    const remove = (name: string) => api.ask('POST', '/admin/users/remove', { as: 'admin', body: { name } })
    expect((await remove('alice')).statusCode).toBe(200)
    const last = await remove('script-admin')
    expect([last.statusCode, codeOf(last)]).toEqual([409, 'API_LAST_ADMIN'])
  })
})
