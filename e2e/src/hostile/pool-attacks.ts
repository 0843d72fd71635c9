/** One address that takes all it can get of each pool, for as long as it is let. */
import { request } from 'node:http'
import { connect as dial } from 'node:net'
import { setTimeout as pass } from 'node:timers/promises'
import { deflateRawSync } from 'node:zlib'
import { openFeed } from '../support/feed.ts'
import { connect, hello, isReady } from '../support/peer.ts'
import type { Peer } from '../support/peer.ts'
import type { ServerProcess } from '../support/processes.ts'
import { agentHello } from '../support/agent-hello.ts'
import { controlNetwork } from './harness.ts'

export const hostileAddress = '127.0.66.1'

export interface PoolAttack {
  readonly pool: string
  /** Goes on until the signal, and says what it got. */
  run(server: ServerProcess, signal: AbortSignal): Promise<string>
}

const url = (server: ServerProcess, path: string): string => `ws://127.0.0.1:${server.port}${path}`

/** Opens one after the other, `atOnce` at a time, and keeps what it gets. */
const hoard = async (
  signal: AbortSignal,
  open: (serial: number) => Promise<Disposable | undefined>,
  atOnce = 20,
): Promise<string> => {
  const kept: Disposable[] = []
  let refused = 0
  let serial = 0
  const one = async (): Promise<void> => {
    while (!signal.aborted) {
      const got = await open(serial++).catch(() => undefined)
      if (got !== undefined) kept.push(got)
      else {
        refused++
        await pass(20)
      }
    }
  }
  await Promise.all(Array.from({ length: atOnce }, one))
  for (const got of kept) got[Symbol.dispose]()
  return `${kept.length} got, ${refused} refused`
}

const sockets = (path: string): PoolAttack => ({
  pool: `sockets of ${path}`,
  run: (server, signal) =>
    hoard(signal, async () => connect(url(server, path), { address: hostileAddress, maxKept: 0 })),
})

const strangers: PoolAttack = {
  pool: 'agents that never log in',
  run: (server, signal) =>
    hoard(signal, async () => connect(url(server, '/api'), { address: hostileAddress, maxKept: 0 })),
}

const agents: PoolAttack = {
  pool: 'agents that log in',
  run: (server, signal) =>
    hoard(signal, async (serial) => {
      const peer = await connect(url(server, '/api'), { address: hostileAddress, maxKept: 1 })
      await peer.send(hello({ id: `taker-${serial}`, secret: server.secret, net: '777066' }))
      await peer.first(isReady)
      return peer
    }),
}

const plain = (pool: string, text: string): PoolAttack => ({
  pool,
  run: (server, signal) =>
    hoard(
      signal,
      () =>
        new Promise((resolve) => {
          const socket = dial({ port: server.port, host: '127.0.0.1', localAddress: hostileAddress })
          socket.on('error', () => resolve(undefined))
          socket.once('connect', () => {
            if (text !== '') socket.write(text)
            // A connection that is cut at once got nothing.
            const told = setTimeout(() => resolve({ [Symbol.dispose]: () => socket.destroy() }), 30)
            socket.once('close', () => {
              clearTimeout(told)
              resolve(undefined)
            })
          })
        }),
      50,
    ),
})

const views: PoolAttack = {
  pool: 'views of the feed (160 sockets, 32 each)',
  async run(server, signal) {
    const peers: Peer[] = []
    for (let s = 0; s < 160 && !signal.aborted; s++) {
      const feed = await openFeed(server, { address: hostileAddress, maxKept: 200 })
      peers.push(feed)
      for (let id = 0; id < 32; id++) {
        const window = {
          sort: 'peers',
          descending: true,
          filter: `x${s}y${id} or geth`,
          offset: id,
          limit: 50,
          pinned: [],
        }
        await feed.ask({
          type: 'subscribe',
          id,
          topic: 'nodes',
          network: controlNetwork,
          window: { ...window } as never,
        })
      }
    }
    while (!signal.aborted) await pass(50)
    const refused = peers.reduce((sum, { received }) => sum + received.filter((one) => one.includes('_FULL')).length, 0)
    for (const peer of peers) peer[Symbol.dispose]()
    return `${peers.length * 32} asked for, ${refused} refused`
  },
}

/** Asks over HTTP, several at a time, each as soon as it has an answer; `read` false leaves answers unread. */
const asks = (
  pool: string,
  path: string,
  {
    body,
    read = true,
    atOnce = 100,
  }: { readonly body?: string; readonly read?: boolean; readonly atOnce?: number } = {},
): PoolAttack => ({
  pool,
  async run(server, signal) {
    const statuses = new Map<number, number>()
    const one = (): Promise<number> =>
      new Promise((resolve) => {
        let status = 0
        const headers = body === undefined ? {} : { 'content-type': 'application/json' }
        const asked = request(
          {
            host: '127.0.0.1',
            port: server.port,
            path,
            method: body === undefined ? 'GET' : 'POST',
            headers,
            localAddress: hostileAddress,
            agent: false,
          },
          (answer) => {
            status = answer.statusCode ?? 0
            answer.on('error', () => undefined)
            if (read) answer.resume()
          },
        )
        asked.on('error', () => undefined)
        asked.once('close', () => resolve(status))
        signal.addEventListener('abort', () => asked.destroy(), { once: true })
        asked.end(body)
      })
    const loop = async (): Promise<void> => {
      while (!signal.aborted) {
        const status = await one()
        statuses.set(status, (statuses.get(status) ?? 0) + 1)
        if (status === 0) await pass(20)
      }
    }
    await Promise.all(Array.from({ length: atOnce }, loop))
    return [...statuses].map(([status, times]) => `${status === 0 ? 'cut' : status}: ${times}`).join(', ')
  },
})

/** An agent of the netstats protocol that sends the same frame as fast as it is taken, again and again. */
const frames = (pool: string, make: (serial: number) => string | Buffer): PoolAttack => ({
  pool,
  async run(server, signal) {
    let sent = 0
    let bytes = 0
    let sessions = 0
    while (!signal.aborted) {
      const peer = await connect(url(server, '/agent'), {
        address: hostileAddress,
        maxKept: 100,
        protocol: 'netstats.v1',
      }).catch(() => undefined)
      if (peer === undefined) {
        await pass(100)
        continue
      }
      sessions++
      await peer.send(agentHello('bomber', { token: server.secret, compress: ['deflate'] }))
      const isIn = await peer.first('"type":"welcome"').catch(() => undefined)
      const waits = new Promise<false>((resolve) =>
        signal.addEventListener('abort', () => resolve(false), { once: true }),
      )
      if (isIn === undefined) continue
      for (let serial = 1; !signal.aborted; serial++) {
        const frame = make(serial)
        if (!(await Promise.race([peer.send(frame), waits]))) break
        sent++
        bytes += frame.length
        // Two megabytes a second of frames that are small before they are inflated.
        if (frame.length < 100_000) await pass(frame.length / 2000)
      }
      peer[Symbol.dispose]()
    }
    return `${sent} frames, ${Math.round(bytes / 1024).toLocaleString('en-US')} KiB, ${sessions} sessions`
  },
})

const bomb = deflateRawSync(`{"type":"later"}\n${'x'.repeat((8 << 20) - 100)}`)
/** As much as it may inflate to, of lines of a kind that nobody knows: no fault, and work. */
const stuffing = Array.from({ length: 40 }, (_, i) => `${'y'.repeat(150)}${(i * 7919) % 9973}`).join('')
const nowFrame = (number: number): Buffer => {
  const lines = Array.from({ length: 200 }, (_, i) => `later-kind 17${i} {"x":"${(i * 104_729) % 999_983}${stuffing}"}`)
  return deflateRawSync(`{"type":"now","number":${number}}\n${lines.join('\n')}`)
}

export const poolAttacks: readonly PoolAttack[] = [
  sockets('/feed'),
  sockets('/primus'),
  strangers,
  agents,
  plain('plain connections that say nothing', ''),
  plain('plain connections with half a request', 'GET / HTTP/1.1\r\nHost: localhost\r\nX: '),
  plain(
    'plain connections with a body that never comes',
    'POST /api/v1/session HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{',
  ),
  views,
  asks('questions to the history', `/api/v1/networks/${controlNetwork}/history/blocks?limit=1000`),
  asks('exports that nobody reads', `/api/v1/networks/${controlNetwork}/export/block`, { read: false }),
  asks('long lists over REST', `/api/v1/networks/${controlNetwork}/nodes?limit=1000`),
  asks('passwords', '/api/v1/session', { body: '{"name":"admin","password":"a wrong password"}' }),
  frames('compressed frames, 8 kB that inflate to 8 MiB', () => bomb),
  frames('compressed frames of unknown kinds', nowFrame),
  frames('text frames of 8 MB', () => `{"type":"now","number":1}\n${'x'.repeat(8_000_000)}`),
]
