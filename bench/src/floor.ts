/**
 * The floor: the least a server on this stack can do. `ws`, one JSON.parse a frame, `ready` for a hello, nothing else.
 * Prints its port; counts frames so that the bench can tell that all of them arrived.
 */
import { createServer } from 'node:http'
import { WebSocketServer } from 'ws'

const http = createServer()
const server = new WebSocketServer({ server: http, perMessageDeflate: false, maxPayload: 16 << 20 })
let frames = 0
let events = 0
server.on('connection', (socket) => {
  socket.on('message', (data: Buffer) => {
    frames++
    const message = JSON.parse(data.toString()) as { emit?: unknown[] }
    if (message.emit?.[0] === 'hello') socket.send('{"emit":["ready"]}')
    else if (message.emit) events++
  })
  socket.on('error', () => undefined)
})
http.on('request', (_request, response) => response.end(JSON.stringify({ frames, events })))
http.listen(0, '127.0.0.1', () => {
  const address = http.address()
  if (address && typeof address === 'object') process.stdout.write(`port ${address.port}\n`)
})
