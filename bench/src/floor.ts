/**
 * The floor: the least a server on this stack can do. `ws`, one JSON.parse a frame, `ready` for a hello, nothing else.
 *
 * `node floor.ts [port]`: several of them share a port, for more connections than a process may have. Tells its port,
 * and counts frames so that the bench can see that all of them arrived.
 */
import { createServer } from 'node:http'
import { WebSocketServer } from 'ws'

/** Asked for with any message. */
export interface FloorCounts {
  readonly frames: number
  readonly events: number
  readonly bytes: number
  /** Of the netstats floor that acknowledges. */
  readonly holes?: number
  readonly doubles?: number
}

const http = createServer()
const server = new WebSocketServer({
  server: http,
  perMessageDeflate: false,
  maxPayload: 16 << 20,
  // Also for agents that ask for a sub-protocol: they end the connection where it is not confirmed.
  handleProtocols: ([first]) => first ?? false,
})
let frames = 0
let events = 0
let bytes = 0
server.on('connection', (socket) => {
  socket.on('message', (data: Buffer) => {
    frames++
    bytes += data.length
    const message = JSON.parse(data.toString()) as { emit?: unknown[] }
    if (message.emit?.[0] === 'hello') socket.send('{"emit":["ready"]}')
    else if (message.emit) events++
  })
  socket.on('error', () => undefined)
})
process.on('message', () => process.send?.({ frames, events, bytes } satisfies FloorCounts))
process.on('disconnect', () => process.exit(0))
http.listen({ port: Number(process.argv[2] ?? 0), host: '127.0.0.1', reusePort: true, backlog: 4096 }, () => {
  const address = http.address()
  if (address && typeof address === 'object') process.stdout.write(`port ${address.port}\n`)
})
