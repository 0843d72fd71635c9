import { connect } from 'node:net'
import { describe, expect, it } from 'vitest'
import { createHealth } from '../telemetry/health.ts'
import { createMetricsRegistry } from '../telemetry/registry.ts'
import { registerStatusRoutes } from '../status/status-routes.ts'
import { startServer } from '../testing.ts'
import { openAdminApi } from './admin/testing/app.ts'
import { registerStatic } from './static.ts'

const root = { name: 'root', via: 'cli', address: '' } as const
const closed = { auth: { anonymous: 'none' } }
const open = new Set(['/login', '/login.css', '/login.js', '/healthz', '/readyz', '/api/v1/session'])

describe('where everybody may look', () => {
  it('sockets that were opened with an API token end with it all the same, and others go on', async () => {
    await using running = await startServer()
    const { users } = running.server.auth.admin
    const { token } = users.addWithToken(root, { name: 'wall', role: 'viewer' })
    using open = await running.connect('/feed')
    using wall = await running.connect('/feed', { headers: { authorization: `Bearer ${token}` } })
    using wrong = await running.connect('/feed', { headers: { authorization: 'Bearer nsa_wrong' } })
    users.remove(root, { name: 'wall' })
    await wall.closed
    expect([open.socket.readyState, wrong.socket.readyState]).toEqual([1, 1])
  })
})

describe('where nobody may look without a login', () => {
  it('every route that there is wants one, but for the login and what tells of health', async () => {
    const routes: { url: string; method: string }[] = []
    await using api = await openAdminApi({ anonymous: 'none' }, (app) => {
      app.addHook('onRoute', ({ url, method }) => {
        for (const one of [method].flat()) routes.push({ url, method: one })
      })
      // Those of the server come after the guard; a hook of the root stands before all of them.
      void app.register(async (inner) => {
        registerStatusRoutes(inner, {
          health: createHealth(() => 0),
          registry: createMetricsRegistry(),
          isReady: () => true,
          version: '1',
          serverId: 'x',
          mayLook: () => false,
        })
        registerStatic(inner, { root: '/nowhere', monotonic: () => 0 })
      })
    })
    expect(routes.length).toBeGreaterThan(100)
    for (const { url, method } of routes) {
      const path = url.replaceAll(/:\w+|\*/g, 'x') || '/'
      const { statusCode } = await api.app.inject({ method: method as 'GET', url: path })
      const isOpen = open.has(path) || path === '/login/'
      expect([method, path, statusCode === 401]).toEqual([method, path, !isOpen])
      const script = await api.app.inject({
        method: 'GET',
        url: path,
        headers: { authorization: `Bearer ${api.tokens.viewer}` },
      })
      expect([path, script.statusCode]).not.toEqual([path, 401])
    }
  })

  it('a path written in another way opens nothing', async () => {
    await using running = await startServer(closed)
    for (const path of ['//healthz', '/healthz/../metrics', '/HEALTHZ', '/api/v1/session/../networks', '/login/../']) {
      const text = await raw(running.server.address.port, path)
      expect([path, / (401|400|404) /.test(text.split('\r\n')[0] ?? '')]).toEqual([path, true])
    }
  })

  it('pages send to the login and back, and nothing else does', async () => {
    await using running = await startServer(closed)
    const page = await fetch(`${running.server.url}/nodes/a?x=1`, {
      redirect: 'manual',
      headers: { accept: 'text/html' },
    })
    expect([page.status, page.headers.get('location')]).toEqual([303, '../login?next=%2Fnodes%2Fa%3Fx%3D1'])
    for (const path of ['/login', '/login.js', '/login.css', '/healthz', '/readyz']) {
      const answer = await fetch(running.server.url + path)
      expect([path, answer.status]).toEqual([path, 200])
      expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'")
    }
    expect((await running.get('/metrics')).status).toBe(401)
  })

  it('how the parts are is told to who may look; others learn whether the server is well', async () => {
    await using running = await startServer(closed)
    const { token } = running.server.auth.admin.users.addWithToken(root, { name: 'ci', role: 'viewer' })
    const asked = async (init?: RequestInit) => JSON.parse((await running.get('/healthz', init)).text) as object
    expect(await asked()).toEqual({ status: 'ok' })
    expect(await asked({ headers: { authorization: 'Bearer nsa_wrong' } })).toEqual({ status: 'ok' })
    const told = await asked({ headers: { authorization: `Bearer ${token}` } })
    expect(Object.keys(told)).toEqual(['status', 'version', 'server', 'parts'])
  })

  it('sockets of readers want a session and end with it; agents have their own channels', async () => {
    await using running = await startServer(closed)
    const { admin } = running.server.auth
    await admin.users.add(root, { name: 'alice', role: 'viewer', password: 'correct horse battery' })
    for (const path of ['/feed', '/primus', '/external']) {
      await expect(running.connect(path)).rejects.toThrow('401')
    }
    using agent = await running.connect('/api')
    expect(agent.socket.readyState).toBe(1)
    const answer = await fetch(`${running.server.url}/api/v1/session`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ name: 'alice', password: 'correct horse battery' }),
    })
    const cookie = answer.headers.get('set-cookie')?.split(';')[0] ?? ''
    for (const path of ['/feed', '/primus', '/external']) {
      await expect(running.connect(path, { headers: { cookie, origin: 'https://evil.example.org' } })).rejects.toThrow(
        '403',
      )
    }
    using feed = await running.connect('/feed', { headers: { cookie } })
    using classic = await running.connect('/primus', { headers: { cookie } })
    await fetch(`${running.server.url}/api/v1/session`, { method: 'DELETE', headers: { cookie } })
    await Promise.all([feed.closed, classic.closed])
    await expect(running.connect('/feed', { headers: { cookie } })).rejects.toThrow('401')
    const { token } = admin.users.addWithToken(root, { name: 'wall', role: 'viewer' })
    using wall = await running.connect('/feed', { headers: { authorization: `Bearer ${token}` } })
    expect(wall.socket.readyState).toBe(1)
    admin.users.rotateToken(root, { name: 'wall' })
    await wall.closed
  })

  it('what was opened with an API token ends with the token: its time is up, it is replaced, its user is removed', async () => {
    await using running = await startServer(closed)
    const { users } = running.server.auth.admin
    const script = (name: string) => {
      const { token } = users.addWithToken(root, { name, role: 'viewer' })
      return { authorization: `Bearer ${token}` }
    }
    const ends = {
      rotated: () => void users.rotateToken(root, { name: 'rotated' }),
      changed: () => void users.setRole(root, { name: 'changed', role: 'operator' }),
      removed: () => users.remove(root, { name: 'removed' }),
    }
    for (const [name, end] of Object.entries(ends)) {
      const headers = script(name)
      const opened = await Promise.all(
        ['/feed', '/primus', '/external'].map((path) => running.connect(path, { headers })),
      )
      using _ = await running.connect('/feed', { headers: script(`other than ${name}`.replaceAll(' ', '-')) })
      end()
      await Promise.all(opened.map(({ closed }) => closed))
      expect(_.socket.readyState).toBe(1)
    }
  })
})

/** A request whose path no client library touches. */
const raw = (port: number, path: string): Promise<string> =>
  new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () =>
      socket.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`),
    )
    let text = ''
    socket.on('data', (chunk: Buffer) => (text += chunk.toString()))
    socket.on('close', () => resolve(text))
    socket.on('error', reject)
  })
