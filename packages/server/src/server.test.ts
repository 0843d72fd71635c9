import { createServer } from 'node:net'
import { connect as connectTcp } from 'node:net'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { fixtureClients, hostileFrames, readFixture } from '@netstats/protocol/testing'
import { describe, expect, it, vi } from 'vitest'
import { serverConfig } from './config.ts'
import { blockFrame, helloFrame, latencyFrame, pendingFrame, pingFrame } from './gateway/ethstats/testing.ts'
import { openServer } from './server.ts'
import { startServer } from './testing.ts'
import type { RunningServer, TestSocket } from './testing.ts'

const ready = '{"emit":["ready"]}'
const isReady = (text: string): boolean => text === ready
const isPong = (text: string): boolean => text.startsWith('{"emit":["node-pong"')

const login = async (
  running: RunningServer,
  id: string,
  options: Record<string, unknown> = {},
): Promise<TestSocket> => {
  const agent = await running.connect('/api')
  agent.send(helloFrame(id, options))
  await agent.next(isReady)
  return agent
}

/** Raw bytes out, everything that comes back until the other side ends. */
const raw = (running: RunningServer, bytes: string): Promise<string> =>
  new Promise((resolve, reject) => {
    const socket = connectTcp(running.server.address.port, '127.0.0.1', () => socket.write(bytes))
    let text = ''
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1')
    })
    socket.on('close', () => resolve(text))
    socket.on('error', reject)
  })

describe('a server', () => {
  it('is ready when it listens, tells how it is, and warns when anybody may log in', async () => {
    await using running = await startServer({ ethstats: { secret: undefined } })
    expect(await running.get('/readyz')).toEqual({ status: 200, text: '{"ready":true}' })
    const health = JSON.parse((await running.get('/healthz')).text) as {
      status: string
      parts: { id: string; state: string }[]
    }
    expect(health.status).toBe('ok')
    expect(health.parts.map((part) => part.id)).toEqual([
      'geo',
      'store',
      'store/files',
      'history',
      'alarms',
      'admin',
      'http',
      'core',
      'gateway/ethstats',
      'gateway/netstats',
      'sessions',
      'alarms/rules',
      'feed',
      'classic',
      'queue',
    ])
    expect(running.log.entries.filter((entry) => entry.level === 'warn')).toHaveLength(1)
  })

  it('says which address is taken and what to do', async () => {
    const other = createServer().listen(0, '127.0.0.1')
    await new Promise((resolve) => other.once('listening', resolve))
    const { port } = other.address() as AddressInfo
    await using running = await startServer()
    const config = serverConfig.parse({ listen: `127.0.0.1:${port}`, data: join(running.data, 'other') })
    await expect(openServer({ config, log: running.log, version: '0' })).rejects.toMatchObject({
      code: 'SERVER_ADDRESS_IN_USE',
      message: expect.stringContaining('--listen'),
    })
    other.close()
  })

  it('says that another server runs on its folder', async () => {
    await using running = await startServer()
    const config = serverConfig.parse({ listen: '127.0.0.1:0', data: running.data })
    await expect(openServer({ config, log: running.log, version: '0' })).rejects.toMatchObject({
      code: 'AUTH_FILE_IN_USE',
      message: expect.stringContaining('runs on this folder already'),
    })
  })

  it('answers plain requests to channels with 426 and leaves /api/v1 to REST', async () => {
    await using running = await startServer()
    for (const path of ['/api', '/api/', '/apixyz?a=1', '/primus', '/external', '/feed']) {
      expect(await running.get(path)).toEqual({ status: 426, text: 'Upgrade Required' })
    }
    expect((await running.get('/api/v1/networks')).status).toBe(200)
    expect(JSON.parse((await running.get('/primus/spec')).text)).toMatchObject({ pathname: '/primus', parser: 'json' })
  })

  it('refuses upgrades to unknown paths and takes other upgrades for plain requests', async () => {
    await using running = await startServer()
    const upgrade =
      'Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n'
    const unknown = await raw(running, `GET /nowhere HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\n${upgrade}\r\n`)
    expect(unknown).toMatch(/^HTTP\/1\.1 404 /)
    const h2c = await raw(
      running,
      `GET /readyz HTTP/1.1\r\nHost: x\r\nUpgrade: h2c\r\nConnection: Upgrade, close\r\n\r\n`,
    )
    expect(h2c).toMatch(/^HTTP\/1\.1 200 /)
    const bad = await raw(running, `GET /api HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n`)
    expect(bad).toMatch(/^HTTP\/1\.1 400 /)
    expect(await running.metric('connections')).toBe(0)
  })

  it('matches agents by prefix, as they are used to', async () => {
    await using running = await startServer()
    for (const path of ['/api', '/api/', '/apixyz', '/api/?_primuscb=1430000000000-0']) {
      const agent = await running.connect(path)
      agent.send(helloFrame(`node of ${path}`))
      expect(await agent.next(() => true)).toBe(ready)
    }
  })
})

describe('every known client', () => {
  it.each(fixtureClients())('%s logs in and shows correct rows', async (client) => {
    await using running = await startServer()
    const { frames, expected } = readFixture(client)
    const [hello, ...rest] = expected as {
      type: string
      id?: string
      reports?: { kind: string; body: Record<string, unknown> }[]
    }[]
    const agent = await running.connect('/api')
    agent.send(frames[0] as string)
    expect(await agent.next(() => true)).toBe(ready)
    agent.send(...frames.slice(1))
    const reports = rest.flatMap((message) => message.reports ?? [])
    const last = (kind: string) => reports.findLast((report) => report.kind === kind)?.body
    const row = () => running.server.core.networks()[0]?.node(hello?.id ?? '')
    await vi.waitFor(() => {
      expect(row()).toMatchObject({
        id: hello?.id,
        blockNumber: last('block')?.['number'] ?? null,
        blockHash: last('block')?.['hash'] ?? null,
        pending: last('pending')?.['pending'] ?? null,
        peers: last('node-stats')?.['peers'] ?? null,
        gasPrice: last('node-stats')?.['gasPrice'] ?? null,
        mining: last('node-stats')?.['mining'] ?? null,
        syncing: last('node-stats')?.['syncing'] ?? null,
        latencyMs: last('latency')?.['latencyMs'] ?? null,
        state: last('node-stats')?.['active'] === false ? 'inactive' : 'active',
      })
    })
    expect(agent.socket.readyState).toBe(agent.socket.OPEN)
    const allowed = /^(\{"emit":\["(ready|node-pong|history)"[,\]]|"primus::pong::)/
    expect(agent.received.filter((text) => !allowed.test(text))).toEqual([])
    const pings = rest.filter((message) => message.type === 'node-ping').length
    await vi.waitFor(() => expect(agent.received.filter(isPong)).toHaveLength(pings))
  })
})

describe('hostile peers', () => {
  it('survives every known killer frame, before and after login, and leaves good clients alone', async () => {
    await using running = await startServer()
    const good = await login(running, 'good')
    for (const { frame } of hostileFrames()) {
      const stranger = await running.connect('/api')
      stranger.send(frame)
      stranger.socket.close()
      await stranger.closed
    }
    const insider = await login(running, 'insider')
    for (const { frame } of hostileFrames()) insider.send(frame)
    insider.socket.close()
    await insider.closed
    good.send(blockFrame('good', 7), pingFrame('good'))
    await good.next(isPong)
    expect(running.server.core.network('1337')?.node('good')).toMatchObject({ state: 'active', blockNumber: 7 })
    expect(await running.metric('core_errors_total')).toBe(0)
    expect(await running.metric('ethstats_bad_frames_total{code="FRAME_NOT_JSON"}')).toBeGreaterThan(0)
    expect(await running.metric('ethstats_refused_total{reason="malformed-hello"}')).toBeGreaterThan(3)
    expect((await running.get('/readyz')).status).toBe(200)
  })

  it('refuses a frame over the limit with 1009 and counts it', async () => {
    await using running = await startServer({ ethstats: { maxFrame: '64KiB' } })
    const agent = await login(running, 'large')
    agent.send('x'.repeat(65_537))
    expect(await agent.closed).toBe(1009)
    await vi.waitFor(async () => {
      expect(await running.metric('ethstats_bad_frames_total{code="oversized"}')).toBe(1)
      expect(await running.metric('ethstats_ended_total{reason="oversized"}')).toBe(1)
    })
  })

  it('cuts a stranger that sends more than any hello', async () => {
    await using running = await startServer()
    const stranger = await running.connect('/api')
    stranger.send('x'.repeat(4 << 20))
    // The refusal is written before the cut; whether it arrives is a matter of what the stranger reads first.
    expect([1006, 1013]).toContain(await stranger.closed)
    await vi.waitFor(async () => {
      expect(await running.metric('ethstats_refused_total{reason="too-much-before-login"}')).toBe(1)
    })
  })

  it('counts what is no request, and what is no handshake', async () => {
    await using running = await startServer()
    const answers: string[] = []
    for (const text of [
      'no http at all\r\n\r\n',
      `GET / HTTP/1.1\r\nHost: x\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`,
      'GET /nowhere HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: upgrade\r\n\r\n',
      'GET /api HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: upgrade\r\n\r\n',
    ]) {
      const socket = connectTcp(running.server.address.port, '127.0.0.1').end(text)
      answers.push((await socket.setEncoding('utf8').toArray()).join('').slice(9, 12))
    }
    expect(answers).toEqual(['400', '431', '404', '400'])
    for (const reason of ['malformed', 'headers-too-large', 'unknown-channel', 'bad-handshake']) {
      expect(await running.metric(`http_faults_total{reason="${reason}"}`), reason).toBe(1)
    }
  })

  it('ignores binary frames', async () => {
    await using running = await startServer()
    const agent = await login(running, 'binary')
    agent.socket.send(Buffer.from(pendingFrame('binary', 9)))
    agent.send(pingFrame('binary'))
    await agent.next(isPong)
    expect(running.server.core.network('1337')?.node('binary')?.pending).toBeNull()
    expect(await running.metric('ethstats_bad_frames_total{code="binary"}')).toBe(1)
  })

  it('closes a connection that never logs in', async () => {
    await using running = await startServer({ ethstats: { loginTimeout: '1s' } })
    const silent = await running.connect('/api')
    expect(await silent.closed).toBe(1013)
    expect(silent.received).toEqual([])
  })

  it('tells a live owner of an id from a half-open one', async () => {
    await using running = await startServer({ ethstats: { takeover: '500ms' } })
    const owner = await running.connect('/api', { autoPong: false })
    owner.send(helloFrame('alpha'))
    await owner.next(isReady)
    const heir = await running.connect('/api')
    heir.send(helloFrame('alpha'))
    await heir.next(isReady)
    expect(await owner.closed).toBe(1006)
    const thief = await running.connect('/api')
    thief.send(helloFrame('alpha'))
    expect(await thief.closed).toBe(1013)
    expect(thief.received).toEqual([])
    heir.send(blockFrame('alpha', 3), pingFrame('alpha'))
    await heir.next(isPong)
    expect(running.server.core.network('1337')?.node('alpha')).toMatchObject({ state: 'active', blockNumber: 3 })
  })

  it('refuses a wrong secret with the word that keeps primus clients away', async () => {
    await using running = await startServer()
    const agent = await running.connect('/api')
    agent.send(helloFrame('x', { secret: 'wrong' }))
    expect(await agent.closed).toBe(1000)
    expect(agent.received).toEqual(['"primus::server::close"'])
  })

  it('bounds connections of one address and says so in the answer', async () => {
    await using running = await startServer({ limits: { connectionsPerAddress: 2 } })
    await running.connect('/api')
    await running.connect('/primus')
    await expect(running.connect('/api')).rejects.toThrow('429')
    expect(await running.metric('ethstats_refused_total{reason="too-many-from-address"}')).toBe(1)
  })

  it('sheds a flood without losing the block at its end or keeping another waiting', async () => {
    await using running = await startServer()
    const flood = await login(running, 'flood')
    const good = await login(running, 'good')
    for (let i = 0; i < 20_000; i++) flood.socket.send(pendingFrame('flood', i))
    flood.send(blockFrame('flood', 12))
    good.send(pingFrame('good'))
    await good.next(isPong)
    await vi.waitFor(() => expect(running.server.core.network('1337')?.node('flood')?.blockNumber).toBe(12), 10_000)
    expect(await running.metric('queue_shed_total{class="latency",reason="rate"}')).toBeGreaterThan(15_000)
    expect(flood.socket.readyState).toBe(flood.socket.OPEN)
  })
})

describe('a stop', () => {
  it('sends agents away for a restart, never for good, and ends in time with a peer that does not answer', async () => {
    const running = await startServer()
    const agent = await login(running, 'alpha')
    const busy = await login(running, 'busy')
    for (let number = 1; number <= 1500; number++) busy.send(blockFrame('busy', number))
    const stuck = await login(running, 'stuck')
    stuck.socket.pause()
    const feed = await running.connect('/feed')
    const classic = await running.connect('/primus')
    const began = performance.now()
    await running.server[Symbol.asyncDispose]()
    expect(performance.now() - began).toBeLessThan(5000)
    expect([await agent.closed, await busy.closed]).toEqual([1012, 1012])
    expect(agent.received).toEqual([ready])
    expect(await feed.closed).toBe(1001)
    expect(await classic.closed).toBe(1012)
    expect(running.server.core.network('1337')?.node('alpha')?.state).toBe('active')
    await expect(fetch(`${running.server.url}/readyz`)).rejects.toThrow()
    await running[Symbol.asyncDispose]()
  })
})

describe('genesis', () => {
  it('is asked of an agent after its first latency', async () => {
    await using running = await startServer()
    const agent = await login(running, 'alpha')
    agent.send(latencyFrame('alpha'))
    expect(await agent.next((text) => text.includes('history'))).toBe(
      '{"emit":["history",{"max":0,"min":0,"list":[0]}]}',
    )
  })
})
