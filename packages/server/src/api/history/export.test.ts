import { connect } from 'node:net'
import type { AddressInfo } from 'node:net'
import { StoreError } from '@netstats/store'
import type { Store } from '@netstats/store'
import { createRecordingLogger } from '@netstats/sdk/testing'
import { describe, expect, it, vi } from 'vitest'
import { openTestAuth, operator } from '../../auth/testing/folder.ts'
import { filledStore, openTestApi } from './testing/app.ts'
import type { TestApi } from './testing/app.ts'
import { strangeNode, worldRows, worldStart } from './testing/world.ts'

const listen = async (api: TestApi): Promise<string> => {
  await api.app.listen({ host: '127.0.0.1', port: 0 })
  return `http://127.0.0.1:${(api.app.server.address() as AddressInfo).port}/api/v1`
}
/** A store whose exports are made up. */
const exporting = async (make: (signal: AbortSignal) => AsyncGenerator<Uint8Array>): Promise<Store> => ({
  ...(await filledStore()),
  export: (_, { signal } = {}) => make(signal as AbortSignal),
})
const piece = Buffer.alloc(1 << 16, 'x')

describe('an export', () => {
  const store = filledStore()

  it('ends with the right that it was begun with', async () => {
    await using test = await openTestAuth({ anonymous: 'none' })
    const { users } = test.auth.admin
    const { token } = users.addWithToken(operator, { name: 'ci', role: 'viewer' })
    const endless = await exporting(async function* (signal) {
      while (!signal.aborted) yield await Promise.resolve(piece)
    })
    await using api = await openTestApi(endless, { auth: test.auth })
    const headers = { authorization: `Bearer ${token}` }
    const { body } = await fetch(`${await listen(api)}/networks/1337/export/log`, { headers })
    const reader = body?.getReader()
    expect((await reader?.read())?.done).toBe(false)
    users.rotateToken(operator, { name: 'ci' })
    const drain = async () => {
      while ((await reader?.read())?.done !== true);
    }
    await expect(drain()).rejects.toThrow()
  })

  it('is CSV with names, named for its network and table', async () => {
    await using api = await openTestApi(await store)
    const { status, headers, text } = await api.get('/networks/1337/export/log')
    expect([status, headers['content-type']]).toEqual([200, 'text/csv; charset=utf-8'])
    expect(headers['content-disposition']).toBe('attachment; filename="netstats-1337-log.csv"')
    const [head, first] = text.split('\r\n')
    expect(head).toBe('at,seq,network,node,severity,source,message,component,fields')
    expect(first).toBe(`${worldStart},1,1337,,0,syslog,peer dropped,p2p,"{""peers"":""4""}"`)
    expect(text.match(/DROP TABLE/g)).toHaveLength(62)
  })

  it('is NDJSON, cut by time and node', async () => {
    await using api = await openTestApi(await store)
    const query = `format=ndjson&node=${encodeURIComponent(strangeNode)}&to=${worldStart + 60_000}&from=${worldStart}`
    const { headers, text } = await api.get(`/networks/1337/export/nodeSample?${query}`)
    expect(headers['content-type']).toBe('application/x-ndjson')
    const rows = text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as object)
    expect(rows).toMatchObject([{ at: worldStart + 40_000, network: '1337', node: strangeNode, peers: 2 }])
  })

  it('is there for every table of a network', async () => {
    await using api = await openTestApi(await store)
    const { text } = await api.get('/openapi.json')
    const { paths } = JSON.parse(text) as {
      paths: Record<string, { get: { parameters: { name: string; schema: { enum?: string[] } }[] } }>
    }
    const tables = paths['/networks/{network}/export/{table}']?.get.parameters.find((one) => one.name === 'table')
    expect(tables?.schema.enum).toHaveLength(20)
    for (const table of tables?.schema.enum ?? []) {
      const answer = await api.get(`/networks/1337/export/${table}?format=ndjson`)
      const count = (worldRows() as Record<string, unknown[]>)[table]?.length ?? 0
      expect([table, answer.status, answer.text.split('\n').length - 1]).toEqual([table, 200, count])
    }
  })

  it('of a name with anything in it has a plain file name, and HEAD has no body to make', async () => {
    let begun = 0
    const counting = await exporting(async function* () {
      begun++
      yield piece
    })
    await using api = await openTestApi(counting)
    const head = await api.app.inject({ method: 'HEAD', url: '/api/v1/networks/gone/export/block?format=parquet' })
    expect(head.headers).toMatchObject({
      'content-type': 'application/vnd.apache.parquet',
      'content-disposition': 'attachment; filename="netstats-gone-block.parquet"',
    })
    expect([head.statusCode, head.body, begun]).toEqual([200, '', 0])
  })

  it('that fails before its first byte is a problem', async () => {
    const failing = await exporting(async function* () {
      yield* []
      throw new StoreError('STORE_IO', 'a secret path')
    })
    await using api = await openTestApi(failing)
    const { status, headers, text } = await api.get('/networks/1337/export/log')
    expect([status, headers['content-type']]).toEqual([503, 'application/problem+json; charset=utf-8'])
    expect(headers).not.toHaveProperty('content-disposition')
    expect(text).not.toContain('secret')
    expect(api.counts().exports.running).toBe(0)
  })

  it('that breaks off half-way ends the connection: nobody takes a part for the whole', async () => {
    const failing = await exporting(async function* () {
      for (let i = 0; i < 20; i++) yield piece
      throw new StoreError('STORE_IO', 'the disk is gone')
    })
    await using api = await openTestApi(failing)
    const response = await fetch(`${await listen(api)}/networks/1337/export/log`)
    expect(response.status).toBe(200)
    await expect(response.text()).rejects.toThrow('terminated')
    expect(api.log.entries).toMatchObject([{ level: 'error', message: 'an export broke off' }])
    await vi.waitUntil(() => api.counts().exports.running === 0)
  })

  it('goes no faster than its reader, ends when that takes nothing for too long, and leaves others alone', async () => {
    let made = 0
    let ended = false
    const endless = await exporting(async function* () {
      try {
        for (;;) {
          made++
          yield piece
        }
      } finally {
        ended = true
      }
    })
    await using api = await openTestApi(endless, { stallMs: 300 })
    const url = new URL(await listen(api))
    const socket = connect(Number(url.port), url.hostname).pause()
    socket.on('error', () => undefined)
    socket.write('GET /api/v1/networks/1337/export/log HTTP/1.1\r\nHost: x\r\n\r\n')
    await vi.waitUntil(() => made > 0)
    expect((await fetch(`${url.href}/networks/1337/logs`)).status).toBe(200)
    await vi.waitUntil(() => ended, { timeout: 10_000 })
    // What the kernel's buffers take, and no more.
    expect(made).toBeLessThan(300)
    expect(api.counts()).toMatchObject({ stalled: 1, exports: { running: 0 } })
    socket.destroy()
  })

  it('ends in the store when the client leaves', async () => {
    let aborted = false
    const waiting = await exporting(async function* (signal) {
      yield piece
      await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }))
      aborted = true
      throw new StoreError('STORE_QUERY_CANCELLED', 'taken back')
    })
    await using api = await openTestApi(waiting)
    const left = new AbortController()
    const response = await fetch(`${await listen(api)}/networks/1337/export/log`, { signal: left.signal })
    expect(response.status).toBe(200)
    left.abort()
    await vi.waitUntil(() => aborted)
    await vi.waitUntil(() => api.counts().exports.running === 0)
    expect(api.log.entries).toEqual([])
  })

  it('has a place of its own: some for one client, the last for who has none, then 503', async () => {
    const waiting = await exporting(async function* (signal) {
      yield piece
      await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }))
    })
    await using api = await openTestApi(waiting, { clientOf: (request) => String(request.headers['x-client']) })
    const url = await listen(api)
    const left = new AbortController()
    const ask = (client: string) =>
      fetch(`${url}/networks/1337/export/log`, { headers: { 'x-client': client }, signal: left.signal })
    const statuses: number[] = []
    for (const client of ['a', 'a', 'a', 'b', 'b', 'c', 'd']) {
      const { status, headers } = await ask(client)
      statuses.push(status)
      expect(headers.get('retry-after')).toBe(status === 503 ? '10' : null)
    }
    expect(statuses).toEqual([200, 200, 503, 200, 503, 200, 503])
    expect(api.counts().exports).toEqual({ running: 4, waiting: 0, refused: 3 })
    left.abort()
    await vi.waitUntil(() => api.counts().exports.running === 0)
  })
})

describe('a question', () => {
  it('is taken back in the store when the client leaves', async () => {
    let begun = false
    const taken = Promise.withResolvers<void>()
    const slow: Store = {
      ...(await filledStore()),
      logs: (_, { signal } = {}) =>
        new Promise((_, reject) => {
          begun = true
          signal?.addEventListener('abort', () => {
            taken.resolve()
            reject(new StoreError('STORE_QUERY_CANCELLED', 'taken back'))
          })
        }),
    }
    const log = createRecordingLogger()
    await using api = await openTestApi(slow, { log })
    const left = new AbortController()
    const asked = fetch(`${await listen(api)}/networks/1337/logs`, { signal: left.signal }).catch(() => 'left')
    await vi.waitUntil(() => begun)
    left.abort()
    await taken.promise
    expect(await asked).toBe('left')
    await vi.waitUntil(() => api.counts().queries.running === 0)
    expect(log.entries).toEqual([])
  })

  it('waits for its turn, others not being held by one client who asks much', async () => {
    const held: (() => void)[] = []
    const slow: Store = {
      ...(await filledStore()),
      logs: () => new Promise((resolve) => held.push(() => resolve([]))),
    }
    const limits = { running: 3, runningPerClient: 2, waiting: 10, waitingPerClient: 2, waitMs: 60_000 }
    await using api = await openTestApi(slow, {
      gates: { queries: limits },
      clientOf: (request) => String(request.headers['x-client']),
    })
    const ask = async (client: string, list: string) =>
      (await api.get(`/networks/1337/${list}`, { 'x-client': client })).status
    const greedy = [1, 2, 3, 4].map(() => ask('a', 'logs'))
    await vi.waitUntil(() => api.counts().queries.waiting === 2)
    expect(await ask('a', 'logs')).toBe(503)
    expect(await ask('b', 'history/reorgs')).toBe(200)
    expect(api.counts().queries).toEqual({ running: 2, waiting: 2, refused: 1 })
    while (api.counts().queries.running > 0) {
      held.shift()?.()
      await vi.waitUntil(() => held.length > 0 || api.counts().queries.running === 0)
    }
    expect(await Promise.all(greedy)).toEqual([200, 200, 200, 200])
  })
})
