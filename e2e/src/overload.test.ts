import { setTimeout as pass } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { openPage } from './support/classic.ts'
import { openFeed } from './support/feed.ts'
import { chainBlock, connect, emit, hello, loginAt } from './support/peer.ts'
import type { Peer } from './support/peer.ts'
import { startServer, sumOf } from './support/processes.ts'
import type { ServerProcess } from './support/processes.ts'
import { opcodes, rawFrame, upgradeRaw } from './support/raw.ts'
import type { RawPeer } from './support/raw.ts'
import { rowOf } from './support/rows.ts'

const net = '4242'
const chainStart = 1_767_225_600
const shed = 'netstats_server_queue_shed_total'

interface Health {
  readonly status: string
}

/** A queue as small as it can be set, and no other limit in the way of filling it. */
const tiny = {
  limits: { queueItems: 1000, queueBytes: '32MiB' },
  ethstats: { messagesPerSecond: 100_000 },
}

/** An agent whose reports come in heaps of cheap ones with a block at the end, faster than any server can take. */
const openFlooder = async (
  server: ServerProcess,
  id: string,
): Promise<{ readonly flood: (ms: number) => Promise<number>; readonly end: () => void }> => {
  const raw = await upgradeRaw(server, '/api', '127.0.3.1')
  await raw.send(rawFrame(opcodes.text, hello({ id, secret: server.secret, net })))
  await raw.told('{"emit":["ready"]}')
  const note = 'x'.repeat(2000)
  const cheap = [
    emit('pending', { id, stats: { pending: 5 }, note }),
    emit('latency', { id, latency: 9, note }),
    emit('stats', { id, stats: { active: true, peers: 3, syncing: false, gasPrice: 1, uptime: 100 }, note }),
  ]
  const heap = Buffer.concat(Array.from({ length: 150 }, (_, i) => rawFrame(opcodes.text, cheap[i % 3] ?? '')))
  return {
    async flood(ms) {
      const until = performance.now() + ms
      let number = 0
      while (performance.now() < until) {
        number++
        const block = rawFrame(opcodes.text, emit('block', { id, block: chainBlock(number, chainStart) }))
        expect(await raw.send(Buffer.concat([heap, block]))).toBe(true)
      }
      return number
    },
    end: () => raw[Symbol.dispose](),
  }
}

describe('a server that gets more than it can work through', () => {
  it('gives up the lowest class first and blocks never, says so, and recovers', async () => {
    await using server = await startServer({ settings: tiny })
    using steady = await loginAt(server, { id: 'steady', net }, { address: '127.0.3.2' })
    const flooders = await Promise.all(['f1', 'f2', 'f3', 'f4'].map((id) => openFlooder(server, id)))
    const pongs: number[] = []
    const states = new Set<string>()
    let height = 0
    let mostBytes = 0
    const watch = setInterval(() => {
      height++
      void steady.send(emit('block', { id: 'steady', block: chainBlock(height, chainStart, 70) }))
      const clientTime = performance.now()
      void steady.send(emit('node-ping', { id: 'steady', clientTime }))
    }, 100)
    steady.socket.on('message', (data: Buffer) => {
      const [event, payload] = (JSON.parse(data.toString()) as { emit: [string, { clientTime: number }] }).emit
      if (event === 'node-pong') pongs.push(performance.now() - payload.clientTime)
    })
    const look = setInterval(() => {
      void server.get('/healthz').then((body) => states.add((body as Health).status))
      void server.metric('netstats_server_queue_bytes').then((bytes) => {
        mostBytes = Math.max(mostBytes, bytes)
      })
    }, 250)
    // While reports are dropped one of them says hello again under another name: inventory outlives everything.
    const renamed = hello({ id: 'steady', secret: server.secret, net, name: 'steady, renamed' })
    const rename = async (): Promise<void> => {
      await expect.poll(() => server.metric(shed), { timeout: 20_000 }).toBeGreaterThan(0)
      await steady.send(renamed)
    }
    const [heights] = await Promise.all([Promise.all(flooders.map(({ flood }) => flood(4000))), rename()])
    clearInterval(watch)

    const drained = async (): Promise<number> => server.metric('netstats_server_queue_items')
    await expect.poll(drained, { timeout: 20_000 }).toBe(0)
    // All that was sent has been read once the last block of each is shown.
    for (const [i, number] of heights.entries()) {
      const shown = async (): Promise<unknown> => (await rowOf(server, net, `f${i + 1}`))?.blockNumber
      await expect.poll(shown, { timeout: 20_000 }).toBe(number)
    }
    await expect.poll(async () => (await rowOf(server, net, 'steady'))?.blockNumber, { timeout: 10_000 }).toBe(height)
    clearInterval(look)

    const samples = await server.samples()
    const heaps = heights.reduce((sum, one) => sum + one, 0)
    const shedOf = (name: string): number => sumOf(samples, shed, { class: name })
    expect(shedOf('latency')).toBeGreaterThan(1000)
    expect(shedOf('block') + shedOf('alarm')).toBe(0)
    // Two thirds of a heap are of the lowest class; a larger share of it than of the next is given up.
    expect(shedOf('latency') / 2).toBeGreaterThan(shedOf('stats'))
    expect(sumOf(samples, 'netstats_server_ethstats_frames_total', { event: 'block' })).toBe(heaps + height)
    expect((await rowOf(server, net, 'steady'))?.name).toBe('steady, renamed')
    expect(states).toContain('degraded')
    expect(mostBytes).toBeLessThanOrEqual(32 << 20)
    expect(Math.max(...pongs)).toBeLessThan(5000)

    // And now as if nothing had been.
    await steady.send(emit('pending', { id: 'steady', stats: { pending: 4321 } }))
    await expect.poll(async () => (await rowOf(server, net, 'steady'))?.pending).toBe(4321)
    // Half a minute after the last drop: a trouble that comes and goes is one trouble.
    await expect.poll(async () => ((await server.get('/healthz')) as Health).status, { timeout: 60_000 }).toBe('ok')
    for (const { end } of flooders) end()
  })
})

/** An agent that says and reads nothing any more: the server waits for it as long as it may. */
const openDead = async (server: ServerProcess): Promise<RawPeer> => {
  const raw = await upgradeRaw(server, '/api')
  await raw.send(rawFrame(opcodes.text, hello({ id: 'dead', secret: server.secret, net })))
  await raw.told('{"emit":["ready"]}')
  raw.socket.pause()
  return raw
}

describe('a server that is asked to end', () => {
  it('ends all connections in order while reports still come, and ends within its time', async () => {
    await using server = await startServer({ settings: { drainTimeout: '3s' } })
    const agents: Peer[] = []
    for (let i = 0; i < 20; i++) agents.push(await loginAt(server, { id: `agent-${i}`, net }))
    using page = await openPage(server)
    using feed = await openFeed(server)
    using stranger = await connect(`ws://127.0.0.1:${server.port}/api`)
    using dead = await openDead(server)
    const load = setInterval(() => {
      for (const [i, agent] of agents.entries()) {
        for (let n = 0; n < 5; n++) void agent.send(emit('pending', { id: `agent-${i}`, stats: { pending: n } }))
      }
    }, 10)
    const read = (): Promise<number> => server.metric('netstats_server_ethstats_frames_total', { event: 'pending' })
    await expect.poll(read).toBeGreaterThan(500)

    const began = performance.now()
    server.kill('SIGTERM')
    const readiness = async (): Promise<number> => (await fetch(`${server.url}/readyz`)).status
    await expect.poll(readiness, { interval: 20, timeout: 2000 }).toBe(503)
    await expect(connect(`ws://127.0.0.1:${server.port}/api`)).rejects.toThrow('refused with 503')
    for (const agent of agents) expect((await agent.ended).code).toBe(1012)
    expect((await stranger.ended).code).toBe(1013)
    expect([1001, 1012]).toContain((await page.ended).code)
    expect([1001, 1012]).toContain((await feed.ended).code)
    clearInterval(load)
    expect(await server.exit).toBe(0)
    expect(performance.now() - began).toBeLessThan(3000 + 3000)
    for (const { received } of [...agents, stranger, page]) expect(received).not.toContain('"primus::server::close"')
    expect(dead.text()).not.toContain('server::close')
    expect(server.output()).toContain('draining')
  })

  it('is forced by a second wish', async () => {
    await using server = await startServer({ settings: { drainTimeout: '60s' } })
    using _dead = await openDead(server)
    server.kill('SIGTERM')
    await expect.poll(() => server.output(), { timeout: 5000 }).toContain('draining')
    // One at once would be the same wish: a terminal and npm both pass Ctrl-C on.
    await pass(1000)
    const began = performance.now()
    server.kill('SIGTERM')
    expect(await server.exit).toBe(1)
    expect(performance.now() - began).toBeLessThan(2000)
  })
})
