import type { FeedMessage, FeedRequest } from '@netstats/protocol/feed'
import { describe, expect, it } from 'vitest'
import { openFeed } from './client.ts'
import type { Socket, SocketListener } from './reconnector.ts'

interface Peer extends Socket {
  readonly sent: FeedRequest[]
  ended: boolean
  readonly listener: SocketListener
  say(message: FeedMessage): void
}

/** A world in which time passes only by `pass`. */
function createWorld(why?: (attempt: number) => Promise<{ readonly reason: string } | undefined>) {
  let now = 0
  const timers = new Set<{ at: number; run: () => void }>()
  const peers: Peer[] = []
  const serverTimes: [number, boolean][] = []
  const feed = openFeed({
    now: () => now,
    ...(why && { why }),
    random: () => 1,
    after: (ms, run) => {
      const timer = { at: now + ms, run }
      timers.add(timer)
      return () => timers.delete(timer)
    },
    onServerTime: (time, fresh) => serverTimes.push([time, fresh]),
    connect: (listener) => {
      const peer: Peer = {
        sent: [],
        ended: false,
        listener,
        send: (text) => peer.sent.push(JSON.parse(text) as FeedRequest),
        close: () => {
          peer.ended = true
        },
        say: (message) => listener.received(JSON.stringify(message)),
      }
      peers.push(peer)
      return peer
    },
  })
  const pass = (ms: number): void => {
    const end = now + ms
    for (;;) {
      const due = [...timers].filter((t) => t.at <= end).sort((a, b) => a.at - b.at)[0]
      if (!due) break
      timers.delete(due)
      now = due.at
      due.run()
    }
    now = end
  }
  const connect = (epoch = 'one'): Peer => {
    const peer = peers.at(-1)!
    peer.listener.opened()
    peer.say({ type: 'welcome', feed: 1, epoch, serverTime: 500 + now, version: '1' })
    return peer
  }
  return { feed, peers, pass, connect, serverTimes, timers }
}

const networks = { topic: 'networks' } as const
const subscribes = (peer: Peer) => peer.sent.filter((r) => r.type === 'subscribe')
const snapshot = (id: number, seq = 1): FeedMessage => ({
  type: 'snapshot',
  id,
  topic: 'networks',
  channel: 9,
  seq,
  at: 0,
  data: { networks: [] },
})

describe('the feed client', () => {
  it('sends what was asked before the connection was open', () => {
    const { feed, connect } = createWorld()
    const id = feed.open(networks)
    expect(subscribes(connect())).toEqual([{ type: 'subscribe', id, topic: 'networks' }])
    expect(feed.link.value.status).toBe('live')
  })

  it('holds the data of a snapshot', () => {
    const { feed, connect } = createWorld()
    const peer = connect()
    const id = feed.open(networks)
    peer.say(snapshot(id))
    expect(feed.state.value.subscriptions.get(id)?.data).toEqual({ networks: [] })
  })

  it('keeps the data over a lost connection and resumes where it stood', () => {
    const { feed, peers, connect, pass } = createWorld()
    const id = feed.open(networks)
    const first = connect()
    first.say(snapshot(id, 4))
    first.listener.closed()
    expect(feed.link.value.status).toBe('lost')
    expect(feed.state.value.subscriptions.get(id)?.data).toBeDefined()
    pass(500)
    expect(peers).toHaveLength(2)
    expect(subscribes(connect())).toEqual([
      { type: 'subscribe', id, resume: { epoch: 'one', channel: 9, seq: 4 }, topic: 'networks' },
    ])
  })

  it('asks once for a snapshot when a change is missing', () => {
    const { feed, connect } = createWorld()
    const id = feed.open(networks)
    const peer = connect()
    peer.say(snapshot(id, 1))
    const late = { type: 'delta', topic: 'networks', channel: 9, at: 0, data: { networks: {} } } as const
    peer.say({ ...late, seq: 3 })
    peer.say({ ...late, seq: 4 })
    expect(subscribes(peer)).toHaveLength(2)
    expect(subscribes(peer)[1]).not.toHaveProperty('resume')
  })

  it('closes a silent socket and tries again with growing waits', () => {
    const { feed, peers, connect, pass } = createWorld()
    const peer = connect()
    pass(14_000)
    expect(feed.link.value.status).toBe('quiet')
    pass(1000)
    expect(peer.ended).toBe(true)
    expect(feed.link.value).toMatchObject({ status: 'lost', lostAt: 0 })
    pass(500)
    expect(peers).toHaveLength(2)
    peers[1]!.listener.closed()
    pass(999)
    expect(peers).toHaveLength(2)
    pass(1)
    expect(peers).toHaveLength(3)
  })

  it('tries at once when told to', () => {
    const { feed, peers, pass } = createWorld()
    for (let i = 0; i < 6; i++) {
      peers.at(-1)!.listener.closed()
      if (i < 5) feed.retryNow()
    }
    expect(peers).toHaveLength(6)
    feed.retryNow()
    expect(feed.link.value.status).toBe('connecting')
    pass(60_000)
    expect(peers).toHaveLength(7)
  })

  it('measures the round trip with pings', () => {
    const { feed, connect, pass } = createWorld()
    const peer = connect()
    pass(1000)
    expect(peer.sent).toContainEqual({ type: 'ping', clientTime: 1000 })
    pass(40)
    peer.say({ type: 'pong', clientTime: 1000, serverTime: 1500 })
    expect(feed.link.value).toMatchObject({ status: 'live', roundTripMs: 40 })
  })

  it('passes the time of the server on, marked fresh on a new connection', () => {
    const { connect, serverTimes } = createWorld()
    connect().say({ type: 'tick', at: 777 })
    expect(serverTimes).toEqual([
      [500, true],
      [777, false],
    ])
  })

  it('drops frames that are no JSON', () => {
    const { feed, connect } = createWorld()
    const peer = connect()
    peer.listener.received('{')
    peer.listener.received(new ArrayBuffer(2))
    expect(feed.link.value.status).toBe('live')
  })

  it('keeps what a server says that does not let it in, until one does', async () => {
    const { feed, peers, connect, pass } = createWorld()
    peers[0]!.listener.opened()
    peers[0]!.say({ type: 'error', code: 'FEED_ORIGIN_REFUSED', message: 'Set publicUrl.' })
    peers[0]!.listener.closed()
    await Promise.resolve()
    expect(feed.refusal.value).toEqual({ reason: 'Set publicUrl.' })
    pass(500)
    expect(feed.refusal.value).toBeDefined()
    connect()
    expect(feed.refusal.value).toBeUndefined()
  })

  it('asks why where nothing was said, and not where it was let in', async () => {
    const asked: number[] = []
    const { feed, peers, connect, pass } = createWorld((attempt) => {
      asked.push(attempt)
      return Promise.resolve({ reason: `try ${attempt}` })
    })
    connect().listener.closed()
    expect(asked).toEqual([])
    pass(500)
    peers[1]!.listener.closed()
    await Promise.resolve()
    await Promise.resolve()
    expect([asked, feed.refusal.value]).toEqual([[2], { reason: 'try 2' }])
  })

  it('leaves no timer behind when disposed', () => {
    const { feed, connect, timers } = createWorld()
    const peer = connect()
    feed[Symbol.dispose]()
    expect(timers.size).toBe(0)
    expect(peer.ended).toBe(true)
  })
})
