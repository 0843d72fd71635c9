import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { WebSocket, WebSocketServer } from 'ws'
import { describe, expect, it } from 'vitest'
import { applyFeedMessage, emptyFeedState, subscribe, topicData } from '@netstats/protocol/feed'
import type { FeedMessage, FeedState, Topic } from '@netstats/protocol/feed'
import { unixMs } from '@netstats/protocol'
import { createChangeFanout } from '../core/change-fanout.ts'
import { createCore } from '../shard/mod.ts'
import { createFeed } from './feed.ts'
import type { FeedOptions } from './feed.ts'
import { connected, observed } from './testing/traffic.ts'

const window: Topic = {
  topic: 'nodes',
  network: '1337',
  window: { sort: 'name', descending: false, filter: '', offset: 0, limit: 50, pinned: [] },
}

/** A feed on a real port of the loopback, ticking only when the test says so. */
const startFeed = async (over: Partial<FeedOptions> = {}) => {
  const core = createCore()
  const counted = new Map<string, number>()
  const feed = createFeed({
    dirty: createChangeFanout(core).reader(),
    core,
    epoch: 'e',
    version: 'v',
    now: () => Date.now(),
    monotonic: () => performance.now(),
    meters: {
      count(name, labels, by) {
        const key = [name, ...Object.values(labels)].join(' ')
        counted.set(key, (counted.get(key) ?? 0) + by)
      },
    },
    ...over,
  })
  const server = createServer()
  const sockets = new WebSocketServer({ server, maxPayload: 128 * 1024, perMessageDeflate: false })
  sockets.on('connection', (socket, request) => feed.handle(socket, request))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  for (let i = 0; i < 100; i++) core.apply(connected(i, Date.now()))
  core.apply({ type: 'tick', at: unixMs(Date.now()) })
  feed.tick()
  return {
    core,
    feed,
    counted,
    port,
    async [Symbol.asyncDispose]() {
      await feed[Symbol.asyncDispose]()
      sockets.close()
      server.close()
      server.closeAllConnections()
    },
  }
}

interface Viewer {
  readonly socket: WebSocket
  readonly messages: FeedMessage[]
  state: FeedState
  /** Resolves once `count` messages came. */
  received(count: number): Promise<void>
  closed: Promise<{ readonly code: number; readonly reason: string }>
}

const view = async (port: number, topic?: Topic, headers: Record<string, string> = {}): Promise<Viewer> => {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/feed`, { headers, perMessageDeflate: false })
  let wake = () => undefined as void
  const viewer: Viewer = {
    socket,
    messages: [],
    state: emptyFeedState,
    async received(count) {
      while (viewer.messages.length < count) {
        await new Promise<void>((resolve) => {
          wake = resolve
        })
      }
    },
    closed: new Promise((resolve) => {
      socket.on('close', (code, reason) => resolve({ code, reason: reason.toString() }))
    }),
  }
  socket.on('message', (data: Buffer) => {
    const message = JSON.parse(data.toString()) as FeedMessage
    viewer.messages.push(message)
    viewer.state = applyFeedMessage(viewer.state, message)
    wake()
  })
  await once(socket, 'open')
  if (topic !== undefined) {
    viewer.state = subscribe(viewer.state, 1, topic)
    socket.send(JSON.stringify({ type: 'subscribe', id: 1, ...topic }))
    await viewer.received(2)
  }
  return viewer
}

describe('the feed on real sockets', () => {
  it('serves 500 viewers of one view with one encoding a change', async () => {
    await using server = await startFeed()
    const viewers: Viewer[] = []
    for (let i = 0; i < 10; i++) {
      viewers.push(...(await Promise.all(Array.from({ length: 50 }, () => view(server.port, window)))))
    }
    expect(server.feed.gauges()).toMatchObject({ viewers: 500, topics: 1, sortedTables: 1 })
    const before = server.counted.get('encodes delta') ?? 0
    server.core.apply(observed(7, Date.now(), '1337', { kind: 'node-stats', body: { active: true, peers: 55 } }))
    // The pace of windows is by the clock; tick until it lets the change through.
    while ((server.counted.get('encodes delta') ?? 0) === before) {
      server.feed.tick()
      await new Promise((resolve) => setImmediate(resolve))
    }
    await Promise.all(viewers.map((one) => one.received(3)))
    expect(server.counted.get('encodes delta')).toBe(before + 1)
    expect(server.counted.get('frames_sent delta')).toBe(500)
    for (const one of viewers) expect(topicData(one.state, 1, 'nodes')?.rows['node-7']?.peers).toBe(55)
    for (const one of viewers) one.socket.terminate()
  })

  it('says goodbye to every viewer when it is disposed, also to one that does not answer', async () => {
    const server = await startFeed()
    const viewer = await view(server.port, window)
    const deaf = await view(server.port)
    deaf.socket.pause()
    await server[Symbol.asyncDispose]()
    expect(await viewer.closed).toEqual({ code: 1001, reason: 'shutdown' })
    expect(server.feed.gauges().viewers).toBe(0)
    expect(server.counted.get('viewers_closed shutdown')).toBe(2)
    deaf.socket.terminate()
  })

  it('closes a viewer that sends binary or more than a request may hold, and lets the others be', async () => {
    await using server = await startFeed()
    const good = await view(server.port, window)
    const binary = await view(server.port)
    binary.socket.send(Buffer.from([1, 2, 3]))
    const large = await view(server.port)
    large.socket.send('x'.repeat(65 * 1024))
    const larger = await view(server.port)
    larger.socket.send('x'.repeat(256 * 1024))
    expect((await binary.closed).code).toBe(1003)
    expect((await large.closed).code).toBe(1009)
    expect((await larger.closed).code).toBe(1009)
    good.socket.send(JSON.stringify({ type: 'ping', clientTime: 1 }))
    await good.received(3)
    expect(good.messages.at(-1)?.type).toBe('pong')
    expect(server.counted.get('viewers_closed too-large')).toBe(3)
    good.socket.terminate()
  })

  it('tells a viewer too many why it is turned away', async () => {
    await using server = await startFeed({ limits: { viewersPerAddress: 1 } })
    const first = await view(server.port)
    await first.received(1)
    const second = await view(server.port)
    expect(await second.closed).toEqual({ code: 1013, reason: 'address-full' })
    expect(second.messages).toMatchObject([{ type: 'error', code: 'FEED_ADDRESS_FULL' }])
    first.socket.terminate()
  })

  it('shows nothing to pages of other sites', async () => {
    await using server = await startFeed({
      refusalOf: ({ headers }) =>
        headers.origin === 'https://evil.example' ? { code: 'FEED_ORIGIN_REFUSED', message: 'Not you.' } : undefined,
    })
    const foreign = await view(server.port, undefined, { origin: 'https://evil.example' })
    expect((await foreign.closed).code).toBe(1008)
    expect(foreign.messages).toMatchObject([{ type: 'error', code: 'FEED_ORIGIN_REFUSED' }])
    for (const origin of [`http://127.0.0.1:${server.port}`, 'https://ok.example']) {
      const own = await view(server.port, undefined, { origin })
      await own.received(1)
      expect(own.messages[0]?.type).toBe('welcome')
      own.socket.terminate()
    }
  })
})
