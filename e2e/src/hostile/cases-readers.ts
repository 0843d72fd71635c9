/** Dashboards that do not read, ask too much, or ask nonsense. */
import { setTimeout as pass } from 'node:timers/promises'
import { openFeed } from '../support/feed.ts'
import { connect, loginAt } from '../support/peer.ts'
import { sumOf, until } from '../support/processes.ts'
import { opcodes, rawFrame, upgradeRaw } from '../support/raw.ts'
import type { RawPeer } from '../support/raw.ts'
import { rowsOf } from '../support/rows.ts'
import { controlNetwork, prefix } from './harness.ts'
import type { Harness, HostileCase } from './harness.ts'

const crowdNetwork = '777007'
const crowdSize = 400

// As long as each text may be, so that rows are as large as rows get.
const longInfo = {
  contact: 'c'.repeat(300),
  protocol: 'p'.repeat(300),
  api: 'a'.repeat(100),
  os: 'o'.repeat(100),
  os_v: 'v'.repeat(100),
}

/** A network large enough that what a reader is told fills its buffers. Its nodes come and go; their rows stay. */
const gatherCrowd = async ({ server, address }: Harness): Promise<void> => {
  const known = (await rowsOf(server, crowdNetwork)).length
  const mine = address()
  for (let i = known; i < crowdSize; i++) {
    const peer = await loginAt(
      server,
      { id: `crowd-${i}`, net: crowdNetwork, name: `crowd ${i}`, more: longInfo },
      { address: mine },
    )
    peer.socket.close()
    await peer.ended
  }
  await until(
    'the crowd is there',
    async () => ((await rowsOf(server, crowdNetwork)).length >= crowdSize ? true : undefined),
    server,
  )
}

const window = (offset: number, filter = '') => ({
  sort: 'name',
  descending: false,
  filter,
  offset,
  limit: 200,
  pinned: [],
})
const subscribe = (id: number, network: string, offset = 0): string =>
  JSON.stringify({ type: 'subscribe', id, topic: 'nodes', network, window: window(offset) })

// Far more than all buffers on the way hold; what changes every second comes first.
const windows = Array.from({ length: 98 }, (_, n) =>
  n === 0 ? subscribe(0, controlNetwork) : subscribe(1 + (n % 20), crowdNetwork, n),
)
const readies = Array.from({ length: 45 }, () => '{"emit":["ready"]}')

/** A reader that asks and reads nothing. It asks at a pace at which the server answers until its buffers are full. */
const openDeaf = async ({ server, address }: Harness, path: string, asks: readonly string[]): Promise<RawPeer> => {
  const raw = await upgradeRaw(server, path, address())
  raw.socket.pause()
  for (const ask of asks) {
    await raw.send(rawFrame(opcodes.text, ask))
    await pass(15)
  }
  return raw
}

const openManyDeaf = (harness: Harness, count: number, path: string, asks: readonly string[]): Promise<RawPeer[]> =>
  Promise.all(Array.from({ length: count }, () => openDeaf(harness, path, asks)))

/** Waits until the server has ended all readers but the good ones. */
const givenUp = async ({ server }: Harness, withinMs: number): Promise<unknown> =>
  until(
    'all of them are given up',
    async () => {
      const samples = await server.samples()
      const feed = sumOf(samples, `${prefix}feed_viewers`, { state: 'connected' })
      return feed === 1 && sumOf(samples, `${prefix}classic_viewers`) === 1 ? true : undefined
    },
    server,
    withinMs,
  )

const slowFeed: HostileCase = {
  name: 'slow readers of /feed',
  async run(harness) {
    await gatherCrowd(harness)
    const readers = await openManyDeaf(harness, 20, '/feed', windows)
    await givenUp(harness, 30_000)
    for (const raw of readers) raw[Symbol.dispose]()
    return `${readers.length} readers, ${windows.length} windows of 200 rows each`
  },
  counted: { feed_conflations_total: 10, feed_viewers_closed_total: 20 },
}

const slowPages: HostileCase = {
  name: 'slow readers of /primus',
  async run(harness) {
    await gatherCrowd(harness)
    const pages = await openManyDeaf(harness, 20, `/primus?network=${crowdNetwork}`, readies)
    await givenUp(harness, 30_000)
    for (const raw of pages) raw[Symbol.dispose]()
    return `${pages.length} pages, ${readies.length} times all rows of ${crowdSize} nodes asked for by each`
  },
  counted: { classic_ended_total: 20 },
}

const nonsense: HostileCase = {
  name: 'nonsense on /feed',
  async run(harness) {
    const { server } = harness
    const address = harness.address()
    const url = `ws://127.0.0.1:${server.port}/feed`
    const bad = [
      'no json',
      '',
      '[]',
      'null',
      '{"type":"subscribe"}',
      '{"type":"subscribe","id":"x","topic":"nodes"}',
      '{"type":"__proto__"}',
      `{"type":"subscribe","id":1,"topic":"nodes","network":"${'n'.repeat(1000)}"}`,
      `{"type":"subscribe","id":1,"topic":"nodes","network":"1","window":{"sort":"constructor"}}`,
      `{"type":"subscribe","id":1,"topic":"nodes","network":"1","window":{"offset":1e300,"limit":-1}}`,
      `{"type":"ping","clientTime":1e999}`,
      '['.repeat(20_000),
    ]
    let talked = 0
    for (;;) {
      // The same faults again, until it has had enough.
      const peer = await connect(url, { address })
      let open = true
      for (let i = 0; i < 5 && open; i++) for (const frame of bad) open = await peer.send(frame)
      talked++
      const { code } = await peer.ended
      if (code !== 1008) throw new Error(`nonsense was ended with ${code}`)
      if (talked === 3) break
    }
    const endings: [string, string | Buffer, number][] = [
      ['binary', Buffer.from('{}'), 1003],
      ['too long', `"${'x'.repeat(70_000)}"`, 1009],
    ]
    for (const [name, frame, wanted] of endings) {
      const peer = await connect(url, { address })
      await peer.send(frame)
      const { code } = await peer.ended
      if (code !== wanted) throw new Error(`${name} was ended with ${code}`)
    }
    return `${talked} readers with ${bad.length} kinds of requests, binary, too long`
  },
  counted: {
    'feed_errors_total{code="FEED_JSON_INVALID"}': 9,
    'feed_errors_total{code="FEED_REQUEST_INVALID"}': 9,
    'feed_viewers_closed_total{reason="abuse"}': 3,
    'feed_viewers_closed_total{reason="too-large"}': 1,
  },
}

const greedy: HostileCase = {
  name: '10,000 subscriptions and giant filters on /feed',
  async run(harness) {
    using feed = await openFeed(harness.server, { address: harness.address(), maxKept: 1000 })
    let asked = 0
    for (; asked < 10_000; asked++) {
      if (
        !(await feed.send(
          JSON.stringify({
            type: 'subscribe',
            id: asked,
            topic: 'nodes',
            network: controlNetwork,
            window: window(asked),
          }),
        ))
      )
        break
    }
    feed.socket.terminate()
    await feed.ended
    using other = await openFeed(harness.server, { address: harness.address() })
    const filters = [
      'x '.repeat(20_000),
      '('.repeat(200),
      '"'.repeat(99),
      '-'.repeat(200),
      'a:'.repeat(80),
      'behind:>'.repeat(20),
      `peers:${'9'.repeat(150)}..`,
      '.*'.repeat(90),
    ]
    for (const [id, filter] of filters.entries()) {
      await other.send(
        JSON.stringify({ type: 'subscribe', id, topic: 'nodes', network: controlNetwork, window: window(0, filter) }),
      )
      await other.message((one) => 'id' in one && one.id === id)
    }
    other.socket.close()
    await other.ended
    return `${asked} subscriptions, ${filters.length} filters`
  },
  counted: { feed_errors_total: 50, 'feed_viewers_closed_total{reason="abuse"}': 1 },
}

const pretenders: HostileCase = {
  name: 'slow readers that say they live',
  async run(harness) {
    await gatherCrowd(harness)
    const opened = [
      openManyDeaf(harness, 10, '/feed', windows),
      openManyDeaf(harness, 10, `/primus?network=${crowdNetwork}`, readies),
    ]
    const readers = (await Promise.all(opened)).flat()
    // Newcomers, so that all rows are told again and again.
    const mine = harness.address()
    let newcomers = 0
    const growth = setInterval(() => {
      const id = `newcomer-${newcomers++}`
      void loginAt(harness.server, { id, net: crowdNetwork, more: longInfo }, { address: mine }).then(({ socket }) =>
        socket.close(),
      )
    }, 3000)
    // Pongs nobody asked for: the server hears them, and they read nothing.
    const pong = setInterval(() => {
      for (const raw of readers) void raw.send(rawFrame(opcodes.pong, ''))
    }, 1000)
    await givenUp(harness, 200_000)
    clearInterval(pong)
    clearInterval(growth)
    for (const raw of readers) raw[Symbol.dispose]()
    return `${readers.length} readers`
  },
  counted: { 'feed_viewers_closed_total{reason="slow"}': 10, 'classic_ended_total{reason="slow-viewer"}': 10 },
}

export const readerCases: readonly HostileCase[] = [slowFeed, slowPages, nonsense, greedy]
/** Longer than a test should take: the limits of a reader that lives and does not read are half a minute and a whole one. */
export const longReaderCases: readonly HostileCase[] = [pretenders]
