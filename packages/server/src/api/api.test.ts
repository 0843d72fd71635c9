import { createRecordingLogger } from '@netstats/sdk/testing'
import Fastify from 'fastify'
import type { FastifyInstance } from 'fastify'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createCore } from '../shard/mod.ts'
import type { Core } from '../shard/mod.ts'
import { blockOf, connected, hashOf, observed } from '../feed/testing/traffic.ts'
import { apiPrefix, registerApi } from './api.ts'
import { endpoints } from './endpoints.ts'
import { liveEndpoints } from './live.ts'
import { problemCodes, problemSchema } from '../net/problem.ts'

const start = 1_700_000_000_000
const strangeId = 'a/b "c" %ü?#'

const filledCore = (): Core => {
  const core = createCore()
  for (let i = 0; i < 30; i++) core.apply(connected(i, start))
  core.apply({ ...connected(0, start), node: strangeId } as never)
  core.apply(connected(40, start, '7'))
  for (let number = 100; number < 160; number++) {
    for (let i = 0; i < 12; i++) {
      core.apply(observed(i, start + number * 10 + i, '1337', { kind: 'block', body: blockOf(number) }))
    }
  }
  core.apply(observed(3, start + 5000, '1337', { kind: 'block', body: blockOf(159, 1, 0) }))
  for (let i = 0; i < 30; i++) {
    core.apply(observed(i, start + 6000, '1337', { kind: 'node-stats', body: { active: true, peers: i } }))
  }
  return core
}

const startApp = async (
  core: Core,
  monotonic: () => number = () => 0,
  log = createRecordingLogger(),
): Promise<FastifyInstance> => {
  const app = Fastify({ routerOptions: { maxParamLength: 500, ignoreTrailingSlash: true } })
  registerApi(app, { core, version: '1.2.3', log, now: () => start + 7000, monotonic })
  await app.ready()
  return app
}

describe('the API', () => {
  let app: FastifyInstance
  const get = async (path: string, headers: Record<string, string> = {}) =>
    app.inject({ url: `${apiPrefix}${path}`, headers })
  const json = async <T = Record<string, never>>(path: string): Promise<T> => (await get(path)).json()

  beforeAll(async () => {
    app = await startApp(filledCore())
  })
  afterAll(async () => app.close())

  it('leads from its index to everything', async () => {
    const index = await json<{ links: Record<string, string> }>('')
    for (const link of Object.values(index.links)) expect((await app.inject(link)).statusCode).toBe(200)
    expect(index.links['network:1337']).toBe('/api/v1/networks/1337')
  })

  it('answers every endpoint in the shape its description promises', async () => {
    const paths: Record<string, string> = {
      index: '/',
      listNetworks: '/networks',
      getFeedAccess: '/feed?origin=https://wall.example',
      getNetwork: '/networks/1337',
      listNodes: '/networks/1337/nodes?limit=3',
      getNode: '/networks/1337/nodes/node-1',
      listBlocks: '/networks/1337/blocks?limit=3',
      getBlock: '/networks/1337/blocks/latest',
      listMiners: '/networks/1337/miners',
      getMap: '/networks/1337/map',
    }
    for (const endpoint of liveEndpoints) {
      const response = await get((paths[endpoint.id] ?? 'missing in this test').replace(/^\/$/, ''))
      expect([endpoint.id, response.statusCode]).toEqual([endpoint.id, 200])
      expect(endpoint.response.safeParse(response.json()).error).toBeUndefined()
    }
  })

  it('sorts, filters and cuts nodes, unknown values last', async () => {
    const list = await json<{ total: number; all: number; nodes: { id: string; peers: number | null }[] }>(
      '/networks/1337/nodes?sort=peers&order=desc&filter=peers%3A%3E5%20-node-29&offset=1&limit=2',
    )
    expect(list).toMatchObject({ total: 23, all: 31, offset: 1, limit: 2 })
    expect(list.nodes.map((n) => n.peers)).toEqual([27, 26])
    const last = await json<{ nodes: { id: string }[] }>('/networks/1337/nodes?sort=peers&order=desc')
    expect(last.nodes.at(-1)?.id).toBe(strangeId)
  })

  it('finds a node whose id needs escaping', async () => {
    expect((await json<{ id: string }>(`/networks/1337/nodes/${encodeURIComponent(strangeId)}`)).id).toBe(strangeId)
  })

  it('pages through all blocks, forks included, without a hole or a repeat', async () => {
    const hashes: string[] = []
    let before: number | null = null
    do {
      const page: { blocks: { hash: string }[]; next: number | null } = await json(
        `/networks/1337/blocks?limit=7${before === null ? '' : `&before=${before}`}`,
      )
      hashes.push(...page.blocks.map((b) => b.hash))
      before = page.next
    } while (before !== null)
    expect(hashes).toHaveLength(61)
    expect(new Set(hashes).size).toBe(61)
  })

  it('finds a block by hash in any case, by height and as the latest, with who saw it', async () => {
    for (const name of [hashOf(150), hashOf(150).toUpperCase().replace('0X', '0x'), '150']) {
      const block = await json<{ hash: string; seenBy: [string, number][] }>(`/networks/1337/blocks/${name}`)
      expect(block.hash).toBe(hashOf(150))
      expect(block.seenBy).toHaveLength(12)
      expect(block.seenBy[0]).toEqual(['node-0', 0])
    }
    expect(await json('/networks/1337/blocks/latest')).toMatchObject({ number: 159, siblings: [hashOf(159, 1)] })
  })

  it.each([
    ['/networks/9', 404, 'API_NETWORK_UNKNOWN'],
    ['/networks/9/nodes', 404, 'API_NETWORK_UNKNOWN'],
    ['/networks/1337/nodes/nobody', 404, 'API_NODE_UNKNOWN'],
    ['/networks/1337/nodes/__proto__', 404, 'API_NODE_UNKNOWN'],
    ['/networks/1337/blocks/0x12', 404, 'API_BLOCK_UNKNOWN'],
    ['/networks/1337/blocks/99999999', 404, 'API_BLOCK_UNKNOWN'],
    ['/nothing', 404, 'API_ROUTE_UNKNOWN'],
    ['/networks/1337/nodes?limit=1001', 400, 'API_PARAMETER_INVALID'],
    ['/networks/1337/nodes?limit=0', 400, 'API_PARAMETER_INVALID'],
    ['/networks/1337/nodes?limit=1e2', 400, 'API_PARAMETER_INVALID'],
    ['/networks/1337/nodes?limit=1&limit=2', 400, 'API_PARAMETER_INVALID'],
    ['/networks/1337/nodes?sort=constructor', 400, 'API_PARAMETER_INVALID'],
    ['/networks/1337/nodes?colour=red', 400, 'API_PARAMETER_INVALID'],
    ['/networks/1337/nodes?filter=behind%3A%3Ex', 400, 'API_FILTER_INVALID'],
    [`/networks/${'x'.repeat(201)}`, 400, 'API_PARAMETER_INVALID'],
  ])('explains %s with %i %s', async (path, status, code) => {
    const response = await get(path)
    expect(response.statusCode).toBe(status)
    expect(response.headers['content-type']).toContain('application/problem+json')
    expect(response.headers['cache-control']).toBe('no-store')
    const problem = problemSchema.parse(response.json())
    expect(problem).toMatchObject({ status, code, title: problemCodes[problem.code].title })
    expect(problem.detail).not.toBe('')
  })

  it('names the parameter that is wrong and where a filter cannot be read', async () => {
    expect(await json('/networks/1337/nodes?limit=x&colour=red')).toMatchObject({
      errors: expect.arrayContaining([
        { parameter: 'limit', message: expect.stringContaining('1 to 1000') },
        { parameter: 'colour', message: expect.any(String) },
      ]),
    })
    expect(await json('/networks/1337/nodes?filter=geth%20behind%3A%3Ex')).toMatchObject({
      position: 13,
      expected: expect.stringContaining('a number'),
    })
  })

  it('answers If-None-Match with 304 and HEAD without a body', async () => {
    const first = await get('/networks/1337/nodes')
    const tag = String(first.headers['etag'])
    expect(tag).toMatch(/^W\/"[\w-]+"$/)
    for (const named of [tag, `"x", ${tag}`, tag.replace('W/', ''), '*']) {
      const again = await get('/networks/1337/nodes', { 'if-none-match': named })
      expect([again.statusCode, again.body]).toEqual([304, ''])
      expect(again.headers['etag']).toBe(tag)
    }
    expect((await get('/networks/1337/nodes', { 'if-none-match': '"other"' })).statusCode).toBe(200)
    const head = await app.inject({ method: 'HEAD', url: `${apiPrefix}/networks` })
    expect([head.statusCode, head.body]).toEqual([200, ''])
  })

  it('carries headers that keep browsers careful and lets no other site read it', async () => {
    for (const path of ['/networks', '/nothing']) {
      const { headers } = await get(path, { origin: 'https://evil.example' })
      expect(headers['content-security-policy']).toContain("default-src 'none'")
      expect(headers['x-content-type-options']).toBe('nosniff')
      expect(headers).not.toHaveProperty('access-control-allow-origin')
    }
  })

  it('changes nothing: other methods are refused', async () => {
    for (const method of ['POST', 'PUT', 'DELETE', 'PATCH'] as const) {
      const response = await app.inject({ method, url: `${apiPrefix}/networks`, payload: {} })
      expect(response.statusCode).toBe(405)
      expect(response.headers['allow']).toBe('GET, HEAD')
      expect(response.json()).toMatchObject({ code: 'API_METHOD_UNKNOWN' })
    }
  })

  it('takes a slash at the end as no part of the name, unless it is percent-encoded', async () => {
    for (const path of [
      '/',
      '/networks/',
      '/networks/1337/',
      '/networks/1337/nodes/node-1/',
      '/networks/1337/miners/',
    ]) {
      expect([path, (await get(path)).statusCode]).toEqual([path, 200])
    }
    expect((await get('/networks/1337/nodes/node-1%2F')).json()).toMatchObject({ code: 'API_NODE_UNKNOWN' })
  })

  it('describes every endpoint in OpenAPI, every reference resolving', async () => {
    const text = (await get('/openapi.json')).body
    const description = JSON.parse(text) as { openapi: string; paths: object; components: { schemas: object } }
    expect(description.openapi).toBe('3.1.0')
    const paths = description.paths as Record<string, Record<string, { responses: object }>>
    const empty = Object.entries(paths).flatMap(([path, methods]) =>
      Object.entries(methods).flatMap(([method, { responses }]) => ('204' in responses ? [`${method} ${path}`] : [])),
    )
    // What answers with something has a name for it among the components.
    expect(empty).toEqual(['delete /session'])
    expect(Object.keys(description.paths)).toEqual([...new Set(endpoints.map((e) => e.path))])
    const names = new Set([...text.matchAll(/"\$ref":"#\/components\/schemas\/(\w+)"/g)].map((m) => m[1]))
    expect(names.size).toBeGreaterThan(10)
    for (const name of names) expect(description.components.schemas).toHaveProperty(name ?? '')
    expect(text).not.toContain('"$id"')
  })

  it('answers whatever is asked with less than 500', async () => {
    const word = fc.oneof(
      fc.string({ maxLength: 20 }),
      fc.constantFrom(
        '1337',
        'node-1',
        '__proto__',
        '150',
        '-1',
        '1e9',
        '%',
        '%00',
        '%2f',
        '..',
        hashOf(150),
        'latest',
      ),
    )
    const name = fc.oneof(fc.constantFrom('sort', 'order', 'filter', 'offset', 'limit', 'before', '__proto__'), word)
    const path = fc.oneof(
      fc.constantFrom(
        '/networks/1337/nodes',
        '/networks/1337/blocks',
        '/networks/1337/miners',
        '/networks/1337/map',
        '/networks',
        '',
      ),
      fc
        .array(word, { maxLength: 4 })
        .map((parts) => `/${parts.map((p) => encodeURIComponent(p.toWellFormed())).join('/')}`),
      word.map((part) => `/networks/1337/nodes/${encodeURI(part.toWellFormed())}`),
      word.map((part) => `/networks/1337/blocks/${encodeURIComponent(part.toWellFormed())}`),
    )
    await fc.assert(
      fc.asyncProperty(path, fc.array(fc.tuple(name, word), { maxLength: 4 }), async (path, query) => {
        const search = query.map(
          ([k, v]) => `${encodeURIComponent(k.toWellFormed())}=${encodeURIComponent(v.toWellFormed())}`,
        )
        const response = await get(`${path}?${search.join('&')}`)
        expect(response.statusCode).toBeLessThan(500)
        expect(() => response.json<unknown>()).not.toThrow()
      }),
      { numRuns: 1500 },
    )
  })
})

describe('the API under load', () => {
  it('gives long lists a share of the time, tells others to come back, and still answers the rest', async () => {
    let clock = 0
    const core = filledCore()
    // Every look at the clock costs 30 ms here: a machine on which lists take long.
    const app = await startApp(core, () => (clock += 30))
    const statuses: number[] = []
    for (let i = 0; i < 200; i++) {
      const response = await app.inject(`${apiPrefix}/networks/1337/nodes`)
      statuses.push(response.statusCode)
      if (response.statusCode === 503) {
        expect(response.headers['retry-after']).toBe('1')
        expect(response.json()).toMatchObject({ code: 'API_BUSY' })
      }
    }
    expect(statuses).toContain(200)
    expect(statuses.filter((s) => s === 503).length).toBeGreaterThan(10)
    expect((await app.inject(`${apiPrefix}/networks/1337/blocks`)).statusCode).toBe(200)
    clock += 10_000
    expect((await app.inject(`${apiPrefix}/networks/1337/nodes`)).statusCode).toBe(200)
    await app.close()
  })

  it('hides the reason of its own faults and logs it', async () => {
    const core = filledCore()
    const broken = {
      networks: () => core.networks(),
      network: () => {
        throw new Error('secret detail')
      },
    }
    const log = createRecordingLogger()
    const app = await startApp(broken as never, () => 0, log)
    const response = await app.inject(`${apiPrefix}/networks/1337/blocks`)
    expect(response.statusCode).toBe(500)
    expect(response.json()).toMatchObject({ code: 'API_FAILED' })
    expect(response.body).not.toContain('secret')
    expect(log.entries).toMatchObject([{ level: 'error', message: 'a request failed' }])
    expect(log.entries[0]?.fields).toMatchObject({ error: { message: 'secret detail' } })
    await app.close()
  })
})

describe('long lists', () => {
  it('take what time they may for one address, and another is still answered', async () => {
    let clock = 0
    const core = createCore()
    const app = Fastify({ routerOptions: { maxParamLength: 500 } })
    // A clock that moves at each look: every list is slow.
    registerApi(app, {
      core,
      version: '1.2.3',
      log: createRecordingLogger(),
      now: () => start,
      monotonic: () => (clock += 300),
      workShare: 0.01,
      clientOf: (request) => String(request.headers['x-client']),
    })
    core.apply(connected(0, start, '1'))
    const ask = async (client: string): Promise<number> =>
      (await app.inject({ url: '/api/v1/networks/1/nodes', headers: { 'x-client': client } })).statusCode
    const statuses: number[] = []
    for (let i = 0; i < 4; i++) statuses.push(await ask('2001:db8::1'))
    expect(statuses).toContain(503)
    expect(await ask('2001:db8::2')).toBe(503)
    expect(await ask('10.0.0.2')).toBe(200)
    await app.close()
  })
})
