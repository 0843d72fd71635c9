import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { StoreError } from '@netstats/store'
import type { StoreErrorCode } from '@netstats/store'
import { historyEndpoints } from './endpoints.ts'
import { questions } from './testing/questions.ts'
import { filledStore, openTestApi } from './testing/app.ts'
import type { TestApi } from './testing/app.ts'
import { forkedHeights, hashAt, strangeNode, worldBlocks, worldEnd, worldRows, worldStart } from './testing/world.ts'

const minute = 60_000
const strange = encodeURIComponent(strangeNode)

interface List {
  readonly from: number
  readonly to: number
  readonly next: string | null
}
interface SeriesBody extends List {
  readonly bucketMs: number
  readonly slotMs: number
  readonly buckets: readonly number[]
  readonly present: readonly number[]
  readonly metrics: Readonly<
    Record<string, { unit: string | null; n: number[]; avg: (number | null)[]; p95?: number[] }>
  >
}

let api: TestApi
beforeAll(async () => {
  api = await openTestApi(await filledStore())
})
afterAll(async () => api[Symbol.asyncDispose]())

/** All entries of a list, page by page by its links. */
const all = async <T>(path: string, key: string): Promise<readonly T[]> => {
  const entries: T[] = []
  for (let next: string | null = path; next !== null; ) {
    const { status, headers, text } = await api.get(next)
    expect([next, status]).toEqual([next, 200])
    const body = JSON.parse(text) as List & Record<string, T[]>
    entries.push(...(body[key] ?? []))
    expect(headers['link']).toBe(body.next === null ? undefined : `<${body.next}>; rel="next"`)
    next = body.next
  }
  return entries
}

describe('every question about the past', () => {
  it.each(historyEndpoints.filter((one) => one.history === 'query').map((one) => [one.id, one] as const))(
    '%s is answered in the shape its description promises',
    async (id, endpoint) => {
      for (const path of questions[id] ?? ['missing in this test']) {
        const { status, headers, text } = await api.get(path)
        expect([path, status]).toEqual([path, 200])
        expect(endpoint.response.safeParse(JSON.parse(text)).error).toBeUndefined()
        const again = await api.get(path, { 'if-none-match': String(headers['etag']) })
        expect([again.status, again.text]).toEqual([304, ''])
        const head = await api.app.inject({ method: 'HEAD', url: `/api/v1${path}` })
        expect([head.statusCode, head.body]).toEqual([200, ''])
      }
    },
  )

  it.each([
    ['/networks/nowhere/history', 'API_NETWORK_UNKNOWN'],
    ['/networks/nowhere/logs', 'API_NETWORK_UNKNOWN'],
    ['/networks/nowhere/export/log', 'API_NETWORK_UNKNOWN'],
    ['/networks/1337/history/nodes/nobody', 'API_NODE_UNKNOWN'],
    ['/networks/gone/history/nodes/node-0', 'API_NODE_UNKNOWN'],
    ['/networks/1337/logs?node=nobody', 'API_NODE_UNKNOWN'],
    ['/networks/1337/history/states?node=__proto__', 'API_NODE_UNKNOWN'],
    ['/networks/1337/export/log?node=nobody', 'API_NODE_UNKNOWN'],
    ['/networks/1337/history/nodes/node-0?metrics=host.never', 'API_METRIC_UNKNOWN'],
    ['/networks/1337/history/nodes/node-0?metrics=constructor', 'API_METRIC_UNKNOWN'],
    ['/networks/1337/history/blocks/99999', 'API_BLOCK_UNKNOWN'],
    ['/networks/1337/history/blocks/latest', 'API_BLOCK_UNKNOWN'],
    ['/networks/1337/history?metrics=peers', 'API_PARAMETER_INVALID'],
    ['/networks/1337/history?metrics=nodes,', 'API_PARAMETER_INVALID'],
    ['/networks/1337/history/nodes/node-0?metrics=peers,host.cpuShare', 'API_PARAMETER_INVALID'],
    ['/networks/1337/history?bucket=1', 'API_PARAMETER_INVALID'],
    ['/networks/1337/history?from=yesterday', 'API_PARAMETER_INVALID'],
    ['/networks/1337/history?from=1&from=2', 'API_PARAMETER_INVALID'],
    ['/networks/1337/history?from=5&to=5', 'API_RANGE_INVALID'],
    ['/networks/1337/history?from=0&to=1700000000000', 'API_RANGE_INVALID'],
    ['/networks/1337/history?from=1700000000000&to=1700100000000&bucket=1s', 'API_RANGE_INVALID'],
    ['/networks/1337/history/blocks?fromNumber=2&toNumber=1', 'API_RANGE_INVALID'],
    ['/networks/1337/history/forks?fromNumber=2&toNumber=1', 'API_RANGE_INVALID'],
    ['/networks/1337/logs?limit=1001', 'API_PARAMETER_INVALID'],
    ['/networks/1337/logs?limit=0', 'API_PARAMETER_INVALID'],
    ['/networks/1337/logs?text=', 'API_PARAMETER_INVALID'],
    [`/networks/1337/logs?text=${'x'.repeat(201)}`, 'API_PARAMETER_INVALID'],
    ['/networks/1337/logs?severity=9', 'API_PARAMETER_INVALID'],
    ['/networks/1337/logs?colour=red', 'API_PARAMETER_INVALID'],
    ['/networks/1337/logs?cursor=AAAAAAAAAAAAAAAAAAAA', 'API_CURSOR_INVALID'],
    ['/networks/1337/logs?cursor=%27%3B--', 'API_PARAMETER_INVALID'],
    ['/networks/1337/history/blocks?cursor=AAAAAAAAAAAAAAAAAAAA', 'API_CURSOR_INVALID'],
    ['/networks/1337/history/inventory?cursor=AAAAAAAAAAAAAAAAAAAA', 'API_CURSOR_INVALID'],
    ['/networks/1337/export/password', 'API_PARAMETER_INVALID'],
    ['/networks/1337/export/log?format=xlsx', 'API_PARAMETER_INVALID'],
    ['/networks/1337/export/reorg?node=node-0', 'API_PARAMETER_INVALID'],
  ])('%s is answered with %s', async (path, code) => {
    expect(await api.problem(path)).toBe(code)
  })

  it.each<[StoreErrorCode, number, string]>([
    ['STORE_QUERY_TIMEOUT', 503, 'API_QUERY_TIMEOUT'],
    ['STORE_QUERY_MEMORY', 400, 'API_QUERY_TOO_LARGE'],
    ['STORE_QUERY_INVALID', 400, 'API_PARAMETER_INVALID'],
    ['STORE_BUSY', 503, 'API_HISTORY_BUSY'],
    ['STORE_IO', 503, 'API_HISTORY_UNAVAILABLE'],
    ['STORE_CLOSED', 503, 'API_HISTORY_UNAVAILABLE'],
    ['STORE_FAILED', 500, 'API_FAILED'],
  ])('says what the client can do when the store says %s', async (failure, status, code) => {
    let failing = false
    const store = await filledStore({ failQueries: () => (failing ? new StoreError(failure, 'words') : undefined) })
    await using other = await openTestApi(store)
    failing = true
    for (const path of ['/networks/1337/history', '/networks/1337/logs', '/networks/1337/export/log']) {
      const answer = await other.get(path)
      expect([path, answer.status, JSON.parse(answer.text)]).toEqual([path, status, expect.objectContaining({ code })])
      expect(answer.headers['retry-after'] !== undefined).toBe(status === 503)
    }
    expect(other.counts()).toMatchObject({ queries: { running: 0 }, exports: { running: 0 } })
  })

  it('is told why it cannot be answered while the store is not usable, and without any store', async () => {
    const store = await filledStore()
    for (const options of [{ usable: () => false }, { history: undefined }] as const) {
      await using other = await openTestApi(store, options as never)
      for (const path of ['/networks/1337/history', '/history/networks', '/history/sheds', '/networks/1337/export/log'])
        expect(await other.problem(path)).toBe('API_HISTORY_UNAVAILABLE')
    }
  })
})

describe('numbers over time', () => {
  it('come with what was used, units and shares of samples', async () => {
    const body = await api.json<SeriesBody>('/networks/1337/history?metrics=propagationMs,nodes&bucket=1m')
    expect(body).toMatchObject({ from: worldStart, to: worldEnd, bucketMs: minute })
    expect(body.buckets).toHaveLength(60)
    expect(body.present).toHaveLength(60)
    expect(Object.keys(body.metrics)).toEqual(['propagationMs', 'nodes'])
    expect(body.metrics['propagationMs']?.unit).toBe('ms')
    expect(body.metrics['propagationMs']?.p95).toHaveLength(60)
    expect(body.metrics['nodes']?.p95).toBeUndefined()
  })

  it('fall into at most 300 buckets where no width is asked for', async () => {
    const body = await api.json<SeriesBody>(`/networks/1337/history?from=${worldEnd - 86_400_000}&to=${worldEnd}`)
    expect(body.buckets.length).toBeLessThanOrEqual(300)
    expect(body.buckets.length).toBeGreaterThan(100)
  })

  it('are the same however the times and the width are written', async () => {
    const [from, to] = [worldStart, worldEnd].map((ms) => new Date(ms).toISOString())
    const one = await api.json<SeriesBody>(`/networks/1337/history?from=${from}&to=${to}&bucket=5m`)
    const other = await api.json<SeriesBody>(`/networks/1337/history?from=${worldStart}&to=${worldEnd}&bucket=300000`)
    expect(one).toEqual(other)
  })

  it('of metrics that go by name come under their names', async () => {
    const body = await api.json<SeriesBody>(
      '/networks/1337/history/nodes/node-0?metrics=host.cpuShare,host.memoryBytes&bucket=5m',
    )
    expect(body.metrics['host.cpuShare']).toMatchObject({ unit: 'ratio' })
    expect(body.metrics['host.cpuShare']?.avg[0]).toBeCloseTo(0.02)
    expect(body.metrics['host.memoryBytes']).toMatchObject({ unit: 'bytes' })
    expect(body.metrics['host.memoryBytes']?.avg.every((value) => value === null)).toBe(true)
  })

  it('can be listed beforehand, those of a node too', async () => {
    const body = await api.json<{ named: object }>('/networks/1337/history/metrics?node=node-0')
    expect(body.named).toEqual([{ name: 'host.cpuShare', unit: 'ratio' }])
  })
})

describe('blocks of the past', () => {
  it('are listed by height, page by page, without a hole or a repeat', async () => {
    const blocks = await all<{ hash: string; number: number }>('/networks/1337/history/blocks?limit=7', 'blocks')
    expect(blocks).toHaveLength(worldBlocks + forkedHeights.length)
    expect(new Set(blocks.map((one) => one.hash)).size).toBe(blocks.length)
    expect(blocks.map((one) => one.number)).toEqual(blocks.map((one) => one.number).toSorted((a, b) => b - a))
  })

  it('are found by height, time and whether they became part of the chain', async () => {
    const heights = async (query: string) =>
      (await all<{ number: number }>(`/networks/1337/history/blocks?${query}`, 'blocks')).map((one) => one.number)
    expect(await heights('fromNumber=10&toNumber=12')).toEqual([12, 11, 10])
    expect(await heights('canonical=false')).toEqual([31, 30, 20])
    expect(await heights(`from=${worldStart}&to=${worldStart + 20_000}`)).toEqual([1, 0])
  })

  it('are told apart by hash; a height means the one of the chain', async () => {
    const block = await api.json('/networks/1337/history/blocks/20')
    expect(block).toMatchObject({
      hash: hashAt(20),
      canonical: true,
      firstNode: 'node-0',
      siblings: [hashAt(20, 1)],
      seenBy: [
        { node: 'node-0', at: worldStart + 200_000, delayMs: 0 },
        { node: 'node-1', delayMs: 10 },
        { node: strangeNode, delayMs: 20 },
      ],
    })
    const fork = await api.json(`/networks/1337/history/blocks/${hashAt(20, 1).toUpperCase().replace('0X', '0x')}`)
    expect(fork).toMatchObject({ hash: hashAt(20, 1), canonical: false, seenBy: [] })
  })

  it('tell how they spread, those that have not settled too', async () => {
    const { blocks } = await api.json<{ blocks: readonly object[] }>('/networks/1337/history/propagation?limit=3')
    expect(blocks).toMatchObject([
      { number: 59, canonical: null, nodes: 3, p50Ms: 10 },
      { number: 58, canonical: null, nodes: 3, p50Ms: 10 },
      { number: 57, canonical: true, nodes: 3, p50Ms: 20 },
    ])
  })

  it.each([1, 2, 50])('that share a height are listed together, %i heights a page', async (limit) => {
    const forks = await all<{ number: number; blocks: { hash: string }[] }>(
      `/networks/1337/history/forks?limit=${limit}`,
      'forks',
    )
    expect(forks.map((one) => [one.number, one.blocks.map((block) => block.hash)])).toEqual(
      [31, 30, 20].map((number) => [number, [hashAt(number), hashAt(number, 1)]]),
    )
  })
})

describe('lists of what happened', () => {
  const logs = worldRows().log ?? []
  it.each(['limit=7', 'limit=100', 'limit=1000'])('give every log line once, newest first (%s)', async (query) => {
    const found = await all<{ at: number; message: string }>(`/networks/1337/logs?${query}`, 'logs')
    expect(found.map((one) => [one.at, one.message])).toEqual(logs.map((row) => [row.at, row.message]).toReversed())
  })

  it('find log lines by words, severity, source and node, no character having a meaning', async () => {
    const messages = async (query: string) =>
      (await all<{ message: string }>(`/networks/1337/logs?${query}&limit=40`, 'logs')).map((one) => one.message)
    const count = (fits: (row: (typeof logs)[number]) => boolean) => logs.filter(fits).length
    expect(await messages('text=IMPORTED')).toHaveLength(count((row) => row.message.startsWith('Imported')))
    expect(await messages(`text=${encodeURIComponent("%_done'; drop")}`)).toHaveLength(
      count((row) => row.message.startsWith('100%')),
    )
    expect(await messages(`text=${encodeURIComponent('imported%')}`)).toEqual([])
    expect(await messages('severity=error')).toHaveLength(count((row) => row.severity <= 3))
    expect(await messages('source=syslog&severity=3')).toHaveLength(
      count((row) => row.source === 'syslog' && row.severity <= 3),
    )
    expect(await messages(`node=${strange}`)).toHaveLength(count((row) => row.node === 3))
    expect(await messages('component=p2p')).toHaveLength(count((row) => row.component === 'p2p'))
  })

  it('show of a log line what it says in names and values', async () => {
    const lines = await all<{ component: unknown; fields: unknown }>('/networks/1337/logs?limit=1000', 'logs')
    const told = lines.filter(({ component }) => component === 'p2p')
    expect(told.length).toBeGreaterThan(0)
    for (const { fields } of told) expect(fields).toEqual({ peers: '4' })
    expect(lines.filter(({ component, fields }) => component === null && fields === null).length).toBeGreaterThan(0)
  })

  it('say which alarms are open, with their newest step', async () => {
    const body = await api.json('/networks/1337/history/alarms?open=true')
    expect(body).toMatchObject({ alarms: [{ alarm: 'alarm-2', step: 'suppressed', node: 'node-1' }] })
    expect(await all('/networks/1337/history/alarms?limit=2', 'alarms')).toHaveLength(6)
    expect(await all('/networks/1337/history/alarms?type=other', 'alarms')).toEqual([])
  })

  it('name what was given up, by reporters and by the server', async () => {
    expect(await api.json('/networks/1337/history/gaps?node=node-1')).toMatchObject({ gaps: [{ dropped: 12 }] })
    expect(await all('/history/sheds?limit=1', 'sheds')).toHaveLength(3)
    expect(await api.json('/networks/1337/history/reorgs')).toMatchObject({ reorgs: [{ number: 31, depth: 2 }] })
  })

  it('go on only with the cursor of the same list, network, filter and range', async () => {
    const { next } = await api.json<List>('/networks/1337/logs?severity=3&limit=5')
    const cursor = new URL(next ?? '', 'http://x').searchParams.get('cursor') ?? ''
    expect((await api.get(`/networks/1337/logs?severity=error&limit=9&cursor=${cursor}`)).status).toBe(200)
    for (const path of [
      `/networks/1337/logs?severity=4&cursor=${cursor}`,
      `/networks/1337/logs?cursor=${cursor}`,
      `/networks/gone/logs?severity=3&cursor=${cursor}`,
      `/networks/1337/history/alarms?cursor=${cursor}`,
      `/networks/1337/history/blocks?cursor=${cursor}`,
      `/networks/1337/logs?severity=3&from=${worldStart}&cursor=${cursor}`,
      `/networks/1337/logs?severity=3&cursor=${cursor.slice(0, -1)}`,
      `/networks/1337/logs?severity=3&cursor=${cursor}A`,
    ])
      expect([path, await api.problem(path)]).toEqual([path, 'API_CURSOR_INVALID'])
  })
})

describe('nodes of the past', () => {
  interface Inventory extends List {
    readonly total: number
    readonly nodes: readonly { node: string; client: string; state: string }[]
  }

  it('are listed with their facts as they were at a moment', async () => {
    const at = (ms: number) => api.json<Inventory>(`/networks/1337/history/inventory?at=${worldStart + ms}`)
    expect((await at(20 * minute)).nodes.map((one) => [one.node, one.client, one.state])).toEqual([
      [strangeNode, 'reth/v3', 'active'],
      ['node-0', 'Geth/v1', 'inactive'],
      ['node-1', 'Besu/v2', 'active'],
    ])
    expect((await at(50 * minute)).nodes.map((one) => [one.node, one.client, one.state])).toEqual([
      ['node-0', 'Geth/v1.1', 'active'],
      ['node-1', 'Besu/v2', 'active'],
    ])
    expect(await at(-1)).toMatchObject({ total: 0, nodes: [], next: null })
  })

  it('come page by page at the same moment', async () => {
    const nodes = await all<{ node: string }>(
      `/networks/1337/history/inventory?at=${worldStart + minute}&limit=1`,
      'nodes',
    )
    expect(nodes.map((one) => one.node)).toEqual([strangeNode, 'node-0', 'node-1'])
  })

  it('tell what changed', async () => {
    const changes = await all('/networks/1337/history/inventory/changes?node=node-0&limit=1', 'changes')
    expect(changes).toMatchObject([
      { client: 'Geth/v1.1', changed: ['client'] },
      { client: 'Geth/v1', changed: null },
    ])
    expect(await all('/networks/1337/history/inventory/changes', 'changes')).toHaveLength(4)
  })

  it.each([
    ['node-0', '', 45 * minute, 60 * minute],
    ['node-0', `&from=${worldStart + 20 * minute}&to=${worldStart + 40 * minute}`, 10 * minute, 20 * minute],
    ['node-0', `&from=${worldStart - 60 * minute}&to=${worldStart + 10 * minute}`, 10 * minute, 10 * minute],
    [strangeNode, `&from=${worldStart + 30 * minute}`, 15 * minute, 30 * minute],
    ['node-0', `&from=${worldStart + 50 * minute}&to=${worldEnd + 60 * minute}`, 10 * minute, 10 * minute],
  ])('were active for a share of the time: %s%s', async (node, query, activeMs, observedMs) => {
    const body = await api.json(`/networks/1337/history/states?node=${encodeURIComponent(node)}${query}`)
    expect(body['availability']).toEqual({ activeMs, observedMs, share: activeMs / observedMs })
  })

  it('have no share where they were not known', async () => {
    const before = `/networks/1337/history/states?node=node-0&from=${worldStart - 2 * minute}&to=${worldStart - minute}`
    expect(await api.json(before)).toMatchObject({ availability: { observedMs: 0, share: null } })
    expect(await api.json('/networks/1337/history/states')).toMatchObject({ availability: null })
  })

  it('belong to networks that may be gone', async () => {
    expect(await api.json('/history/networks')).toMatchObject({
      total: 2,
      networks: [
        { network: '1337', live: false },
        { network: 'gone', live: false },
      ],
    })
  })
})

describe('the description of the past', () => {
  interface Operation {
    readonly parameters: readonly { name: string; schema: object }[]
    readonly responses: Readonly<Record<string, { headers?: object; content?: object }>>
  }
  it('names parameters, bounds, pages, files and what may go wrong', async () => {
    const { paths } = await api.json<{ paths: Record<string, { get: Operation }> }>('/openapi.json')
    const logs = paths['/networks/{network}/logs']?.get
    expect(logs?.parameters.find((one) => one.name === 'limit')?.schema).toEqual({
      type: 'integer',
      minimum: 1,
      maximum: 1000,
    })
    expect(Object.keys(logs?.responses ?? {})).toEqual(['200', '304', '400', '401', '404', '503'])
    expect(logs?.responses['200']?.headers).toHaveProperty('Link')
    expect(logs?.responses['503']?.headers).toHaveProperty('Retry-After')
    const file = paths['/networks/{network}/export/{table}']?.get
    expect(Object.keys(file?.responses['200']?.content ?? {})).toEqual([
      'text/csv',
      'application/x-ndjson',
      'application/vnd.apache.parquet',
    ])
  })

  it('is of reading only: no other method is answered, whatever comes with it', async () => {
    for (const method of ['QUERY', 'POST', 'DELETE'] as const) {
      const { statusCode, body } = await api.app.inject({
        method: method as 'POST',
        url: '/api/v1/networks/1337/history',
        headers: { 'content-type': 'text/x-unknown' },
        payload: '{',
      })
      expect([statusCode, (JSON.parse(body) as { code: string }).code]).toEqual([405, 'API_METHOD_UNKNOWN'])
    }
  })
})
