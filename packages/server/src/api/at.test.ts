import { createFakeClock, createRecordingLogger } from '@netstats/sdk/testing'
import Fastify from 'fastify'
import type { FastifyInstance } from 'fastify'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { HistoryReader } from '../history/history-model.ts'
import { createMoments } from '../history/time-travel/mod.ts'
import { createRecorded } from '../history/time-travel/testing/recorded.ts'
import { createReader } from '../history/reader.ts'
import { begin } from '../shard/testing/scenario.ts'
import { apiPrefix, registerApi } from './api.ts'
import { liveEndpoints } from './live.ts'
import { problemCodes, problemSchema } from '../net/problem.ts'
import { stateEndpoints } from './state.ts'

const minute = 60_000
/** Six nodes, of which two leave after five minutes; ten minutes in all. */
const early = begin + 4 * minute
const end = begin + 10 * minute

const recordedTenMinutes = async () => {
  const recorded = await createRecorded({
    core: { locate: (_, node) => ({ city: node, country: 'Nowhere', latitude: 1, longitude: 2 }) },
  })
  const { stage } = recorded
  stage.connect('abcdef', { client: 'Geth/v1.16.3-stable/linux' })
  for (let number = 100; stage.now < end; number++) {
    for (const node of 'abcd') stage.wait(10).block(node, number)
    stage.tick(5)
    for (const node of 'abcdef') stage.stats(node, { peers: number % 50 })
    if (number === 160) stage.disconnect('ef')
  }
  await recorded.written()
  return recorded
}

const startApp = async (core: Parameters<typeof registerApi>[1]['core'], history: HistoryReader | undefined) => {
  const app = Fastify({ routerOptions: { maxParamLength: 500, ignoreTrailingSlash: true } })
  registerApi(app, {
    core,
    ...(history === undefined ? {} : { history }),
    version: '1.2.3',
    log: createRecordingLogger(),
    now: () => end,
    monotonic: () => 0,
  })
  await app.ready()
  return app
}

describe('the live endpoints with at=', () => {
  let app: FastifyInstance
  let recorded: Awaited<ReturnType<typeof recordedTenMinutes>>
  let usable = true
  const get = (path: string, headers: Record<string, string> = {}) => app.inject({ url: apiPrefix + path, headers })
  const json = async <T = Record<string, never>>(path: string): Promise<T> => (await get(path)).json()

  beforeAll(async () => {
    recorded = await recordedTenMinutes()
    const { store, names, stage } = recorded
    const source = {
      get store() {
        return usable ? store : undefined
      },
      reason: 'it is being repaired',
    }
    app = await startApp(stage.core, createReader(source, names, createFakeClock({ start: end })))
  })
  afterAll(async () => app.close())

  const paths = {
    getNetwork: '/networks/1337',
    listNodes: '/networks/1337/nodes',
    getNode: '/networks/1337/nodes/a',
    listBlocks: '/networks/1337/blocks',
    getBlock: '/networks/1337/blocks/latest',
    listMiners: '/networks/1337/miners',
    getMap: '/networks/1337/map',
    getState: '/networks/1337/state',
  } as const

  it.each(Object.entries(paths))('%s answers in the same shape as live', async (id, path) => {
    const endpoint = [...liveEndpoints, ...stateEndpoints].find((one) => one.id === id)
    for (const query of ['', `?at=${early}`, `?at=${new Date(early).toISOString()}`]) {
      const response = await get(path + query)
      expect([path + query, response.statusCode]).toEqual([path + query, 200])
      expect(endpoint?.response.safeParse(response.json()).error).toBeUndefined()
    }
  })

  it('shows who was there then', async () => {
    const then = await json<{ active: number; head: { number: number } }>(`/networks/1337?at=${early}`)
    const now = await json<{ active: number; head: { number: number } }>('/networks/1337')
    expect([then.active, now.active]).toEqual([6, 4])
    expect(then.head.number).toBeLessThan(now.head.number)
    expect(await json(`/networks/1337/nodes/e?at=${early}`)).toMatchObject({ state: 'active', city: 'e', sessions: 1 })
    const block = await json<{ seenBy: unknown[] }>(`/networks/1337/blocks/${then.head.number}?at=${early}`)
    expect(block.seenBy).toHaveLength(4)
    const later = await get(`/networks/1337/blocks/${now.head.number}?at=${early}`)
    expect(later.json()).toMatchObject({ code: 'API_BLOCK_UNKNOWN' })
  })

  it('sorts, filters and cuts the nodes of a moment', async () => {
    expect(
      await json(`/networks/1337/nodes?at=${early}&sort=name&order=desc&filter=-city:a&offset=1&limit=2`),
    ).toMatchObject({
      all: 6,
      total: 5,
      nodes: [{ id: 'e' }, { id: 'd' }],
    })
    expect(await json(`/networks/1337/nodes?at=${early}&filter=behind:x`)).toMatchObject({ code: 'API_FILTER_INVALID' })
  })

  it('gives a moment as a whole, with as much as is asked for', async () => {
    const state = await json<Record<string, unknown> & { blocks: unknown[] }>(
      `/networks/1337/state?at=${early}&filter=state:active&sort=id&limit=1&blocks=3&points=true`,
    )
    expect(state).toMatchObject({
      at: early,
      summary: { active: 6 },
      nodes: { total: 6, all: 6, nodes: [{ id: 'a' }] },
    })
    expect(state.blocks).toHaveLength(3)
    expect(state['points']).toHaveLength(6)
    const live = await json<Record<string, unknown>>('/networks/1337/state?blocks=0')
    expect(live).toMatchObject({ at: end, summary: { active: 4 }, nodes: { all: 6 }, blocks: [] })
    expect(live).not.toHaveProperty('points')
  })

  it('lets the past be kept by the one who asked, but not what may still be added to', async () => {
    const past = await get(`/networks/1337?at=${early}`)
    expect(past.headers['cache-control']).toBe('private, max-age=3600')
    const again = await get(`/networks/1337?at=${early}`, { 'if-none-match': String(past.headers['etag']) })
    expect([again.statusCode, again.body]).toEqual([304, ''])
    expect((await get(`/networks/1337?at=${end - 59_000}`)).headers['cache-control']).toBe('no-cache')
    expect((await get('/networks/1337/state')).headers['cache-control']).toBe('no-cache')
    expect((await get(`/networks/1337/nodes/nobody?at=${early}`)).headers['cache-control']).toBe('no-store')
  })

  it.each([
    [`/networks/1337?at=${begin - 1}`, 404, 'API_TIME_UNKNOWN'],
    ['/networks/1337/state?at=0', 404, 'API_TIME_UNKNOWN'],
    [`/networks/9?at=${early}`, 404, 'API_NETWORK_UNKNOWN'],
    [`/networks/1337/nodes/nobody?at=${early}`, 404, 'API_NODE_UNKNOWN'],
    [`/networks/1337?at=${end + 1001}`, 400, 'API_PARAMETER_INVALID'],
    ['/networks/1337?at=-1', 400, 'API_PARAMETER_INVALID'],
    ['/networks/1337?at=now', 400, 'API_PARAMETER_INVALID'],
    ['/networks/1337?at=99999999999999999', 400, 'API_PARAMETER_INVALID'],
    ['/networks/1337?at=2027-02-30T00:00:00Z', 400, 'API_PARAMETER_INVALID'],
    [`/networks/1337?at=${early}&at=${early}`, 400, 'API_PARAMETER_INVALID'],
    [`/networks?at=${early}`, 400, 'API_PARAMETER_INVALID'],
    ['/networks/1337/state?blocks=501', 400, 'API_PARAMETER_INVALID'],
  ])('explains %s with %i %s', async (path, status, code) => {
    const response = await get(path)
    expect([response.statusCode, problemSchema.parse(response.json())]).toMatchObject([
      status,
      { code, title: problemCodes[code as keyof typeof problemCodes].title },
    ])
  })

  it('takes a moment a second ahead for now: clocks differ', async () => {
    expect((await get(`/networks/1337?at=${end + 1000}`)).statusCode).toBe(200)
  })

  it('says why there is no past while the store cannot be used, and still shows the present', async () => {
    usable = false
    const past = await get(`/networks/1337?at=${early}`)
    expect(past.statusCode).toBe(503)
    expect(past.json()).toMatchObject({ code: 'API_HISTORY_UNAVAILABLE', detail: 'it is being repaired' })
    expect((await get('/networks/1337/state')).statusCode).toBe(200)
    usable = true
  })

  it('says that no history is kept where none is', async () => {
    const bare = await startApp(recorded.stage.core, undefined)
    const response = await bare.inject(`${apiPrefix}/networks/1337?at=${early}`)
    expect(response.json()).toMatchObject({ code: 'API_HISTORY_UNAVAILABLE' })
    await bare.close()
  })

  it('takes its question to the store back when the client leaves', async () => {
    const { store, names, stage } = recorded
    const asked = Promise.withResolvers<AbortSignal>()
    const waiting = {
      ...store,
      moment: (_: unknown, { signal }: { signal?: AbortSignal } = {}) =>
        new Promise<never>((_resolve, reject) => {
          if (signal === undefined) return
          signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true })
          asked.resolve(signal)
        }),
    }
    const moments = createMoments({ store: () => waiting, names, now: () => end, monotonic: () => 0 })
    const reader = createReader({ store: waiting, reason: '' }, names, createFakeClock({ start: end }))
    const slow = await startApp(stage.core, {
      ...reader,
      store: waiting,
      viewAt: (...given) => moments.viewAt(...given),
    })
    const address = await slow.listen({ host: '127.0.0.1', port: 0 })
    const left = new AbortController()
    const request = fetch(`${address}${apiPrefix}/networks/1337/state?at=${early}`, { signal: left.signal })
    const signal = await asked.promise
    const ended = new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }))
    left.abort()
    await expect(request).rejects.toThrow()
    await ended
    await slow.close()
  })
})
