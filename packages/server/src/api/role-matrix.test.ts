import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { FastifyInstance, RouteOptions } from 'fastify'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { covers, roles } from '../auth/roles.ts'
import type { Role } from '../auth/roles.ts'
import { helloOf, typeOf } from '../gateway/netstats/testing.ts'
import { helloFrame } from '../gateway/ethstats/testing.ts'
import { startServer } from '../testing.ts'
import type { RunningServer } from '../testing.ts'
import { channels } from '../net/channels.ts'
import type { Channel } from '../net/channels.ts'

/**
 * Who may have it, by hand, beside the table that the server works by: `open` to everybody, a page to `look` at, REST for
 * a role. What the router has and this has not, or the other way round, fails.
 */
type Reach = 'open' | 'look' | Role
const network = '/api/v1/networks/:network'
const matrix: Readonly<Record<Reach, readonly string[]>> = {
  open: [
    'GET /login',
    'GET /login.css',
    'GET /login.js',
    'GET /healthz',
    'GET /readyz',
    'GET /api/v1/session',
    'POST /api/v1/session',
    'DELETE /api/v1/session',
  ],
  look: ['GET /metrics', 'GET /*', 'GET /api/v1/openapi.json'],
  viewer: [
    'GET /api/v1',
    'GET /api/v1/feed',
    'GET /api/v1/networks',
    `GET ${network}`,
    `GET ${network}/nodes`,
    `GET ${network}/nodes/*`,
    `GET ${network}/blocks`,
    `GET ${network}/blocks/:block`,
    `GET ${network}/miners`,
    `GET ${network}/map`,
    `GET ${network}/consensus`,
    `GET ${network}/consensus/blocks`,
    `GET ${network}/state`,
    `GET ${network}/history`,
    `GET ${network}/history/nodes/*`,
    `GET ${network}/history/metrics`,
    `GET ${network}/history/blocks`,
    `GET ${network}/history/blocks/:block`,
    `GET ${network}/history/propagation`,
    `GET ${network}/history/forks`,
    `GET ${network}/logs`,
    `GET ${network}/metrics`,
    `GET ${network}/metrics/:metric`,
    `GET ${network}/series`,
    `GET ${network}/nodes/:node/logs`,
    `GET ${network}/nodes/:node/metrics`,
    `GET ${network}/nodes/:node/series`,
    `GET ${network}/history/alarms`,
    `GET ${network}/history/reorgs`,
    `GET ${network}/history/gaps`,
    `GET ${network}/history/inventory`,
    `GET ${network}/history/inventory/changes`,
    `GET ${network}/history/states`,
    `GET ${network}/export/:table`,
    'GET /api/v1/history/networks',
    'GET /api/v1/history/sheds',
    'GET /api/v1/deliveries',
    'GET /api/v1/alarms',
    'GET /api/v1/alarms/:id',
    'GET /api/v1/silences',
    `GET ${network}/verdict`,
    'GET /api/v1/alarms/receivers',
    'GET /api/v1/server',
    'POST /api/v1/session/password',
  ],
  operator: [
    'POST /api/v1/alarms/:id/acknowledge',
    'DELETE /api/v1/alarms/:id/acknowledge',
    'POST /api/v1/silences',
    'DELETE /api/v1/silences/:id',
    'POST /api/v1/alarms/receivers/:receiver/test',
    'GET /api/v1/admin/agents',
    'GET /api/v1/admin/agents/refused',
    'POST /api/v1/admin/agents/add',
    'POST /api/v1/admin/agents/rotate',
    'POST /api/v1/admin/agents/revoke',
    'POST /api/v1/admin/agents/ban',
    'POST /api/v1/admin/agents/unban',
    'POST /api/v1/admin/agents/key',
    'POST /api/v1/admin/agents/remove',
    'GET /api/v1/admin/nodes',
    'POST /api/v1/admin/nodes/rename',
    'POST /api/v1/admin/nodes/merge',
    'POST /api/v1/admin/nodes/remove',
    'GET /api/v1/admin/networks',
    'POST /api/v1/admin/networks/rename',
    'POST /api/v1/admin/networks/merge',
    'POST /api/v1/admin/networks/remove',
  ],
  admin: [
    'GET /api/v1/admin/users',
    'POST /api/v1/admin/users/add',
    'POST /api/v1/admin/users/password',
    'POST /api/v1/admin/users/rotate',
    'POST /api/v1/admin/users/role',
    'POST /api/v1/admin/users/remove',
    'GET /api/v1/admin/audit',
  ],
}
/** What is only asked with POST or DELETE answers a GET with the methods it has. */
const asGets = Object.values(matrix)
  .flat()
  .filter((route) => /^(POST|DELETE) /.test(route))
  .map((route) => route.replace(/^\w+/, 'GET'))
const methodHints = asGets.filter((route) => !Object.values(matrix).flat().includes(route))
const reachOf = new Map<string, Reach>([
  ...Object.entries(matrix).flatMap(([reach, routes]) => routes.map((route) => [route, reach as Reach] as const)),
  ...methodHints.map((route) => [route, 'look'] as const),
])
const sockets: Readonly<Record<Channel, 'agents' | 'look'>> = {
  api: 'agents',
  agent: 'agents',
  feed: 'look',
  primus: 'look',
  external: 'look',
}

const root = { name: 'root', via: 'cli', address: '' } as const
const password = 'correct horse battery'

interface Asker {
  readonly name: string
  /** Undefined: nobody in particular; `wrong`: somebody it does not know. */
  readonly role: Role | 'wrong' | undefined
  readonly headers: Readonly<Record<string, string>>
}

const cookieAt = async ({ server }: RunningServer, name: string): Promise<string> => {
  const answer = await fetch(`${server.url}/api/v1/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ name, password }),
  })
  return answer.headers.get('set-cookie')?.split(';')[0] ?? ''
}

const askersAt = async (running: RunningServer): Promise<readonly Asker[]> => {
  const { agents, users } = running.server.auth.admin
  const { token: agentToken = '' } = agents.add(root, { id: 'node-1' })
  const bearer = (token: string) => ({ authorization: `Bearer ${token}` })
  const askers: Asker[] = [
    { name: 'nobody', role: undefined, headers: {} },
    { name: 'a cookie that was made up', role: undefined, headers: { cookie: `netstats_session=${'A'.repeat(43)}` } },
    { name: 'a token that was made up', role: 'wrong', headers: bearer('nsa_wrong') },
    { name: 'the token of an agent', role: 'wrong', headers: bearer(agentToken) },
    { name: 'the shared secret', role: 'wrong', headers: bearer('s3cret') },
  ]
  for (const role of roles) {
    const { token } = users.addWithToken(root, { name: `script-${role}`, role })
    askers.push({ name: `token of a ${role}`, role, headers: bearer(token) })
    await users.add(root, { name: role, role, password })
    askers.push({ name: `session of a ${role}`, role, headers: { cookie: await cookieAt(running, role) } })
  }
  return askers
}

type Outcome = 'let in' | 401 | 403
const expected = (reach: Reach, { role }: Asker, anonymous: 'viewer' | 'none'): Outcome => {
  if (reach === 'open') return 'let in'
  const known = role !== undefined && role !== 'wrong'
  if (reach === 'look') return anonymous === 'viewer' || known ? 'let in' : 401
  if (known) return covers(role, reach) ? 'let in' : 403
  return role === undefined && anonymous === 'viewer' && reach === 'viewer' ? 'let in' : 401
}
const outcomeOf = (status: number): Outcome => (status === 401 || status === 403 ? status : 'let in')

interface Watched {
  readonly running: RunningServer
  /** Of the port, as its router has them, and those that only the admin socket has. */
  readonly routes: ReadonlySet<string>
  readonly adminOnly: readonly string[]
}

const startWatched = async (config: object): Promise<Watched> => {
  const routers: Set<string>[] = []
  const watch = (message: unknown): void => {
    const { fastify } = message as { fastify: FastifyInstance }
    const routes = new Set<string>()
    routers.push(routes)
    fastify.addHook('onRoute', ({ method, url }: RouteOptions) => {
      for (const one of [method].flat()) if (one !== 'HEAD') routes.add(`${one} ${url}`)
    })
  }
  subscribe('fastify.initialization', watch)
  try {
    const running = await startServer({ ...config, feed: { origins: [] } })
    const [routes = new Set<string>(), ...more] = routers.filter((one) => one.has('GET /healthz'))
    expect(more).toEqual([])
    return { running, routes, adminOnly: routers.filter((one) => one !== routes).flatMap((one) => [...one]) }
  } finally {
    unsubscribe('fastify.initialization', watch)
  }
}

describe.each([
  ['viewer', 0],
  ['none', 0],
  ['none', 2],
] as const)('where nobody in particular is %s, with %i workers', (anonymous, workers) => {
  let running: RunningServer
  let routes: ReadonlySet<string>
  let adminOnly: readonly string[]
  let askers: readonly Asker[]
  beforeAll(async () => {
    const started = await startWatched({ auth: { anonymous, failures: 1000 }, workers })
    running = started.running
    routes = started.routes
    adminOnly = started.adminOnly
    askers = await askersAt(running)
  }, 30_000)
  afterAll(() => running[Symbol.asyncDispose]())

  it('every route of the router is in the matrix, and the other way round', () => {
    expect([...routes].toSorted()).toEqual([...reachOf.keys()].toSorted())
  })

  it('every route is answered to those who may have it, and to no one else', async () => {
    for (const route of routes) {
      const [method = '', url = ''] = route.split(' ')
      const path = url.replaceAll(/:\w+|\*/g, 'x')
      for (const asker of askers) {
        // A session that ended itself would be nobody afterwards.
        if (method === 'DELETE' && asker.name.startsWith('session')) continue
        const answer = await fetch(running.server.url + path, {
          method,
          headers: { ...asker.headers, ...(method === 'POST' && { 'content-type': 'application/json' }) },
          ...(method === 'POST' && { body: '{}' }),
        })
        await answer.text()
        // Of nobody, also for what they sent: an empty body is no login.
        const reach = reachOf.get(route) ?? 'admin'
        const wanted = expected(reach, asker, anonymous)
        expect([route, asker.name, outcomeOf(answer.status)]).toEqual([route, asker.name, wanted])
        expect([route, answer.status < 500 || answer.status === 503]).toEqual([route, true])
      }
    }
  })

  it('nothing of the admin socket is answered on the port, not even to an admin', async () => {
    expect(adminOnly).toContain('POST /store/backup')
    const { headers } = askers.find(({ role }) => role === 'admin') as Asker
    for (const route of adminOnly) {
      const [method = '', path = ''] = route.split(' ')
      const asked = {
        method,
        headers: { ...headers, 'content-type': 'application/json' },
        body: '{"as":"root","args":{}}',
      }
      const { status } = await fetch(running.server.url + path, asked)
      expect([route, status]).toEqual([route, 405])
    }
  })

  it('OpenAPI describes every route of the API', async () => {
    const { headers } = askers.find(({ role }) => role === 'viewer') as Asker
    const { text } = await running.get('/api/v1/openapi.json', { headers: { ...headers } })
    const { paths } = JSON.parse(text) as { paths: Record<string, Record<string, unknown>> }
    const described = Object.entries(paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path.replaceAll(/\{\w+\}/g, 'x')}`),
    )
    const routed = [...routes]
      .filter((route) => route.includes(' /api/v1') && !methodHints.includes(route) && !route.endsWith('.json'))
      .map((route) => route.replaceAll(/:\w+|\*/g, 'x'))
    expect(described.map((one) => one.replace(/ (?!\/api\/v1)/, ' /api/v1').replace(/\/$/, '')).toSorted()).toEqual(
      routed.toSorted(),
    )
  })

  it.each(channels)('sockets on /%s are opened to those who may have them', async (channel) => {
    for (const { name, role, headers } of askers) {
      const opened = await running
        .connect(`/${channel}`, { headers: { ...headers }, protocols: channel === 'agent' ? ['netstats.v1'] : [] })
        .then(
          (socket) => (socket[Symbol.dispose](), 101),
          (error: Error) => Number(/\d{3}/.exec(error.message)?.[0]),
        )
      const known = role !== undefined && role !== 'wrong'
      const mayLook = sockets[channel] === 'agents' || anonymous === 'viewer' || known
      expect([name, opened]).toEqual([name, mayLook ? 101 : 401])
    }
  })

  it('what lets somebody look or administer is no login of an agent', async () => {
    for (const { name, headers } of askers) {
      using native = await running.connect('/api', { headers: { ...headers } })
      native.send(helloFrame('node-9', { secret: headers['authorization']?.replace('Bearer ns', 'ns') ?? '' }))
      expect([name, await native.closed]).toEqual([name, 1000])
      expect([name, native.received.some((text) => text.includes('ready'))]).toEqual([name, false])
      using agent = await running.connect('/agent', { headers: { ...headers }, protocols: ['netstats.v1'] })
      const { token: _, ...hello } = helloOf('node-9')
      agent.send(JSON.stringify(hello))
      expect([name, typeOf(await agent.next(() => true))]).toEqual([name, 'refuse'])
      await agent.closed
    }
  })
})
