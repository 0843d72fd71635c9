/**
 * What the baselines share: `ws` on a port that several processes may listen on, for more connections than one process may
 * have. Prints its port, and answers any message of its parent with its counts, so that the bench can see that all frames arrived.
 */
import { createServer } from 'node:http'
import { WebSocketServer } from 'ws'
import type { WebSocket } from 'ws'

export interface BaselineCounts {
  frames: number
  events: number
  bytes: number
  /** Of the netstats baseline that acknowledges: batches that begin after, and before, what it has. */
  holes: number
  doubles: number
}

/** `connected` gives back what reads the text frames of a connection. */
export const serveBaseline = (
  connected: (socket: WebSocket, counts: BaselineCounts) => (text: string) => void,
): void => {
  const counts: BaselineCounts = { frames: 0, events: 0, bytes: 0, holes: 0, doubles: 0 }
  const http = createServer()
  const server = new WebSocketServer({
    server: http,
    perMessageDeflate: false,
    maxPayload: 16 << 20,
    // Also for agents that ask for a sub-protocol: they end the connection where it is not confirmed.
    handleProtocols: ([first]) => first ?? false,
  })
  server.on('connection', (socket) => {
    const read = connected(socket, counts)
    socket.on('message', (data: Buffer) => {
      counts.frames++
      counts.bytes += data.length
      read(data.toString())
    })
    socket.on('error', () => undefined)
  })
  process.on('message', () => process.send?.(counts))
  process.on('disconnect', () => process.exit(0))
  http.listen({ port: Number(process.argv[2] ?? 0), host: '127.0.0.1', reusePort: true, backlog: 4096 }, () => {
    const address = http.address()
    if (address && typeof address === 'object') process.stdout.write(`port ${address.port}\n`)
  })
}
