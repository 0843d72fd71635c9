import { describe, expect, it } from 'vitest'
import { agentHello } from './support/agent-hello.ts'
import { hello, loginAt } from './support/peer.ts'
import { startServer } from './support/processes.ts'
import type { ServerProcess } from './support/processes.ts'
import { opcodes, openRaw, rawFrame, upgradeRaw, upgradeRequest } from './support/raw.ts'
import type { RawPeer } from './support/raw.ts'

/** Bytes that come one at a time and never come to an end. */
interface SlowKind {
  readonly name: string
  /** From the opened connection to its end. */
  readonly withinMs: number
  open(server: ServerProcess, address: string): Promise<RawPeer>
  /** What it sends every now and then; nothing when all was sent. */
  readonly drops: Iterable<string | Buffer>
}

const endless = (drop: string | Buffer): Iterable<string | Buffer> => ({
  *[Symbol.iterator]() {
    for (;;) yield drop
  },
})
const bytesOf = (text: string | Buffer): Buffer[] => [...Buffer.from(text)].map((byte) => Buffer.from([byte]))
/** Each a frame of its own, none of them the last one of the message. */
const pieces = (text: string): Buffer[] =>
  Array.from(text, (one, i) => rawFrame(i === 0 ? opcodes.text : opcodes.more, one, { fin: false }))

/** Headers have 10 s and are looked after every 2 s; a request has 30 s; the rest is the machine's. */
const headersMs = 10_000 + 2000 + 3000
const requestMs = 30_000 + 2000 + 3000
/** Who does not answer the close is cut after 5 s. */
const loginMs = { '/api': 10_000 + 5000 + 3000, '/agent': 30_000 + 5000 + 3000 } as const

const beginning = (name: string, first: string, drops: SlowKind['drops'], withinMs: number): SlowKind => ({
  name,
  withinMs,
  drops,
  async open(server, address) {
    const raw = await openRaw(server, address)
    if (first !== '') await raw.send(first)
    return raw
  },
})
const post = (...headers: readonly string[]): string =>
  ['POST /api/v1/session HTTP/1.1', 'Host: localhost', 'Content-Type: application/json', ...headers, '\r\n'].join(
    '\r\n',
  )
const requests: readonly SlowKind[] = [
  beginning('nothing at all', '', [], headersMs),
  beginning('a header without end', 'GET / HTTP/1.1\r\nHost: localhost\r\nX: ', endless('x'), headersMs),
  beginning('headers without end', 'GET / HTTP/1.1\r\nHost: localhost\r\n', endless('X: y\r\n'), headersMs),
  ...['/api', '/agent', '/feed', '/primus'].map((path) =>
    beginning(`an upgrade to ${path}, a byte at a time`, '', bytesOf(upgradeRequest(path)), headersMs),
  ),
  beginning('a body, a byte at a time', post('Content-Length: 1000'), endless(' '), requestMs),
  beginning('a body, a chunk at a time', post('Transfer-Encoding: chunked'), endless('1\r\n \r\n'), requestMs),
]

const upgraded = (path: '/api' | '/agent', what: string, drops: SlowKind['drops']): SlowKind => ({
  name: `${path}, ${what}`,
  withinMs: loginMs[path],
  drops,
  open: (server, address) => upgradeRaw(server, path, address),
})
const helloTo = { '/api': hello({ id: 'slow', secret: 'x' }), '/agent': agentHello('slow') } as const
const logins: readonly SlowKind[] = (['/api', '/agent'] as const).flatMap((path) => [
  upgraded(path, 'no hello', []),
  upgraded(path, 'pings and no hello', endless(rawFrame(opcodes.ping, 'x'))),
  upgraded(path, 'a hello in pieces without end', pieces(helloTo[path])),
  upgraded(path, 'a hello whose frame comes a byte at a time', bytesOf(rawFrame(opcodes.text, helloTo[path]))),
])

const challenged: SlowKind = {
  name: '/agent, a key and no proof',
  withinMs: loginMs['/agent'],
  drops: endless(rawFrame(opcodes.ping, 'x')),
  async open(server, address) {
    const raw = await upgradeRaw(server, '/agent', address)
    await raw.send(rawFrame(opcodes.text, agentHello('slow', { key: Buffer.alloc(32, 1).toString('base64') })))
    await raw.told('"challenge"')
    return raw
  },
}

const each = 3
const everyMs = 400

/** Plays it until the server ends the connection, and gives the milliseconds that took. */
const play = async (kind: SlowKind, server: ServerProcess, address: string): Promise<number> => {
  const raw = await kind.open(server, address)
  const rest = kind.drops[Symbol.iterator]()
  const timer = setInterval(() => {
    const next = rest.next()
    if (next.done !== true) void raw.send(next.value)
  }, everyMs)
  try {
    return await Promise.race([raw.ended, new Promise<number>((done) => setTimeout(done, 60_000, Infinity).unref())])
  } finally {
    clearInterval(timer)
    raw[Symbol.dispose]()
  }
}

// All at once: what takes time is the server's patience.
describe.concurrent.each([0, 2])('a server with %i workers', (workers) => {
  it('ends connections that never finish a request, and answers others meanwhile', async () => {
    await using server = await startServer({ settings: { workers }, secret: 's3cret' })
    const kinds = [...requests, ...logins, challenged]
    const played = Promise.all(
      kinds.map(async (kind, k) => {
        const taken = await Promise.all(
          Array.from({ length: each }, () => play(kind, server, `127.40.${workers}.${k}`)),
        )
        return { name: kind.name, late: taken.filter((ms) => ms > kind.withinMs) }
      }),
    )
    using good = await loginAt(server, { id: 'good' }, { address: '127.0.0.9' })
    expect((await fetch(`${server.url}/healthz`)).status).toBe(200)
    expect((await played).filter(({ late }) => late.length > 0)).toEqual([])
    expect(good.socket.readyState).toBe(1)
    // The clock ended them, not something else.
    const timeouts = { reason: 'timeout' }
    expect(await server.metric('netstats_server_http_faults_total', timeouts)).toBe(requests.length * each)
    for (const [protocol, kinds] of [
      ['ethstats', 4],
      ['netstats', 5],
    ] as const) {
      const refused = await server.metric(`netstats_server_${protocol}_refused_total`, { reason: 'login-timeout' })
      expect([protocol, refused]).toEqual([protocol, kinds * each])
    }
  })
})
