/**
 * The floor of `netstats.v1`: `ws`, and a JSON.parse for the first line and for each body of a frame. Agents are welcomed,
 * pings are answered, nothing is acknowledged and nothing else done.
 *
 * `node netstats-floor.ts [port] [ack]`: `ack` makes it a server for tests, which acknowledges what has no hole.
 */
import { createServer } from 'node:http'
import { WebSocketServer } from 'ws'
import type { FloorCounts } from './floor.ts'

const acknowledges = process.argv[3] === 'ack'
const http = createServer()
const server = new WebSocketServer({
  server: http,
  perMessageDeflate: false,
  maxPayload: 16 << 20,
  handleProtocols: ([first]) => first ?? false,
})
let frames = 0
let events = 0
let bytes = 0
let holes = 0
let doubles = 0
const throughs = new Map<string, number>()

interface Header {
  readonly type: string
  readonly spool: string
  readonly after: number
  readonly count: number
  readonly t1: number
}

const readLines = (text: string, from: number): void => {
  for (let at = from; at > 0; ) {
    const end = text.indexOf('\n', at)
    JSON.parse(text.slice(text.indexOf('{', at), end < 0 ? undefined : end))
    events++
    at = end + 1
  }
}

server.on('connection', (socket) => {
  let spool = ''
  const greet = (hello: Header): void => {
    spool = hello.spool
    const through = throughs.get(spool) ?? hello.after
    throughs.set(spool, through)
    const limits = { batchItems: 200, batchBytes: 262_144 }
    const intervals = { reportMs: 15_000, lingerMs: 1000, pingMs: 10_000 }
    const welcome = { type: 'welcome', session: spool, network: '20261', through, time: Date.now(), window: 100_000 }
    socket.send(JSON.stringify({ ...welcome, limits, intervals, durable: false }))
  }
  const take = ({ after, count }: Header): void => {
    const through = throughs.get(spool) ?? 0
    if (after < through) doubles++
    if (after > through) holes++
    else throughs.set(spool, Math.max(through, after + count))
    socket.send(JSON.stringify({ type: 'ack', through: throughs.get(spool) }))
  }
  socket.on('message', (data: Buffer) => {
    frames++
    bytes += data.length
    const text = data.toString()
    const end = text.indexOf('\n')
    const header = JSON.parse(end < 0 ? text : text.slice(0, end)) as Header
    if (end > 0) readLines(text, end + 1)
    if (header.type === 'hello') greet(header)
    else if (header.type === 'ping') socket.send(`{"type":"pong","t1":${header.t1},"t2":0,"t3":0}`)
    else if (acknowledges && header.type === 'batch') take(header)
  })
  socket.on('error', () => undefined)
})
process.on('message', () => process.send?.({ frames, events, bytes, holes, doubles } satisfies FloorCounts))
process.on('disconnect', () => process.exit(0))
http.listen({ port: Number(process.argv[2] ?? 0), host: '127.0.0.1', reusePort: true, backlog: 4096 }, () => {
  const address = http.address()
  if (address && typeof address === 'object') process.stdout.write(`port ${address.port}\n`)
})
