import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { StoreError } from '@netstats/store'
import { createMemoryStore } from '@netstats/store/testing'
import { createRecordingLogger } from '@netstats/sdk/testing'
import { describe, expect, it, vi } from 'vitest'
import { serverConfig } from '../config.ts'
import { blockFrame, helloFrame, latencyFrame, pingFrame } from '../gateway/ethstats/testing.ts'
import { openServer } from '../server.ts'
import type { ServerHandle } from '../server.ts'
import { startServer } from '../testing.ts'
import type { RunningServer } from '../testing.ts'

const parts = (server: ServerHandle) => Object.fromEntries(server.parts().map(({ id, state }) => [id, state]))

const report = async (running: RunningServer, node: string, height: number): Promise<void> => {
  const agent = await running.connect('/api')
  agent.send(helloFrame(node), blockFrame(node, height), latencyFrame(node), pingFrame(node))
  await agent.next((text) => text.includes('node-pong'))
}

describe('a server with a history', () => {
  it('writes what it is told', async () => {
    const store = createMemoryStore()
    await using running = await startServer(
      { history: { flushEvery: '100ms' } },
      { openStore: () => Promise.resolve(store) },
    )
    await report(running, 'alpha', 7)
    await running.server.history?.flushed()
    expect(store.rows('node').map((row) => row.id)).toEqual(['alpha'])
    expect(store.rows('nodeInfo')).toMatchObject([{ name: 'alpha', networkId: '1337' }])
    expect(store.rows('block')).toMatchObject([{ number: 7, firstNode: 1 }])
    expect(store.rows('blockSeen')).toMatchObject([{ number: 7, delayMs: 0 }])
    expect(store.rows('nodeSample').some((row) => row.latencyMs !== null)).toBe(true)
    expect(await running.metric('history_rows_total{table="block"}')).toBe(1)
    expect(await running.metric('store_up')).toBe(1)
    expect(parts(running.server)).toMatchObject({ store: 'ok', history: 'ok' })
  })

  it('writes the sums that are still open when it stops', async () => {
    const store = createMemoryStore()
    const running = await startServer({}, { openStore: () => Promise.resolve(store) })
    await report(running, 'alpha', 7)
    await running[Symbol.asyncDispose]()
    const sums = { samples: 0, latencyMs_n: 0 }
    for (const row of store.rows('node1m') as unknown as readonly { samples: number; latencyMs_n: number }[]) {
      sums.samples += row.samples
      sums.latencyMs_n += row.latencyMs_n
    }
    const raw = store.rows('nodeSample').length + store.rows('blockSeen').length
    expect(sums).toEqual({
      samples: raw,
      latencyMs_n: store.rows('nodeSample').filter((row) => row.latencyMs !== null).length,
    })
    expect(store.rows('nodeState').map((row) => row.state)).toContain('active')
  })

  it('goes on after a restart with what it knew, on disk', async () => {
    const data = await mkdtemp(join(tmpdir(), 'netstats-history-'))
    // What the first one has not written by then is not there for the second: on a busy machine that may take seconds.
    const config = serverConfig.parse({ listen: '127.0.0.1:0', data, drainTimeout: '1m', history: { threads: 1 } })
    const start = () => openServer({ config, log: createRecordingLogger(), version: '0.0.0-test' })
    try {
      const first = await start()
      expect(parts(first)).toMatchObject({ store: 'ok' })
      await connected(first, 'alpha', 7)
      await first[Symbol.asyncDispose]()
      const second = await start()
      try {
        const view = second.core.network('1337')
        expect(view?.node('alpha')).toMatchObject({ state: 'inactive', blockNumber: 7, sessions: 1 })
        expect(view?.head()?.number).toBe(7)
        await connected(second, 'beta', 8)
        await second.history?.flushed()
        const { store } = second.history?.reader ?? {}
        const catalog = await store?.catalog()
        expect(catalog?.nodes.map(({ key, id }) => [key, id])).toEqual([
          [1, 'alpha'],
          [2, 'beta'],
        ])
        expect(second.history?.reader.nodeKey('1337', 'alpha')).toBe(1)
        const range = { from: 0, to: Date.now() + 60_000 }
        const states = (await store?.nodeStates({ network: 1, range, limit: 100 })) ?? []
        expect(new Set(states.map((row) => row.seq)).size).toBe(states.length)
        for (const number of [7, 8]) {
          const found = await store?.blocks({ network: 1, fromNumber: number, toNumber: number, limit: 10 })
          expect(found).toMatchObject([{ number }])
        }
      } finally {
        await second[Symbol.asyncDispose]()
      }
    } finally {
      await rm(data, { recursive: true, force: true })
    }
  })

  it('lives without one that cannot be opened, says why, and takes it up when it can', async () => {
    const store = createMemoryStore()
    let repaired = false
    const openStore = () =>
      repaired
        ? Promise.resolve(store)
        : Promise.reject(new StoreError('STORE_CORRUPT', 'It is damaged; move it away.'))
    await using running = await startServer({ history: { flushEvery: '100ms' } }, { openStore })
    expect(parts(running.server)).toMatchObject({ store: 'failed', http: 'ok' })
    expect((await running.get('/healthz')).text).toContain('move it away')
    expect(running.server.history?.reader).toMatchObject({ store: undefined, reason: 'It is damaged; move it away.' })
    await report(running, 'alpha', 7)
    expect(running.server.core.network('1337')?.nodeCount).toBe(1)
    repaired = true
    await vi.waitFor(() => expect(store.rows('node').map((row) => row.id)).toEqual(['alpha']), { timeout: 20_000 })
    expect(parts(running.server)).toMatchObject({ store: 'ok' })
    expect(store.rows('block')).toHaveLength(1)
  })

  it('leaves a folder alone that is not its own', async () => {
    const data = await mkdtemp(join(tmpdir(), 'netstats-foreign-'))
    try {
      await mkdir(join(data, 'history'))
      await writeFile(join(data, 'history', 'main.duckdb'), 'words '.repeat(9999))
      const config = serverConfig.parse({ listen: '127.0.0.1:0', data, drainTimeout: '0s' })
      const log = createRecordingLogger()
      await using server = await openServer({ config, log, version: '0.0.0-test' })
      expect(parts(server)).toMatchObject({ store: 'failed', http: 'ok' })
      expect(log.entries.filter(({ level }) => level === 'error')).toHaveLength(1)
    } finally {
      await rm(data, { recursive: true, force: true })
    }
  })

  it('keeps nothing where the configuration says so', async () => {
    await using running = await startServer({ history: { enabled: false } })
    expect(running.server.history).toBeUndefined()
    expect(Object.keys(parts(running.server))).not.toContain('store')
    await report(running, 'alpha', 7)
    expect((await running.get('/metrics')).text).not.toContain('netstats_server_history')
  })
})

const connected = async (server: ServerHandle, node: string, height: number): Promise<void> => {
  const { WebSocket } = await import('ws')
  const socket = new WebSocket(`${server.url.replace('http', 'ws')}/api`)
  await new Promise((resolve) => socket.once('open', resolve))
  const answered = new Promise<void>((resolve) =>
    socket.on('message', (data: Buffer) => {
      if (data.toString().includes('node-pong')) resolve()
    }),
  )
  for (const frame of [helloFrame(node), blockFrame(node, height), latencyFrame(node), pingFrame(node)])
    socket.send(frame)
  await answered
  socket.terminate()
}
