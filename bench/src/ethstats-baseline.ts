/**
 * The baseline of ethstats: the least a server on this stack can do. `ws`, one JSON.parse a frame, `ready` for a hello.
 *
 * `node ethstats-baseline.ts [port]`
 */
import { serveBaseline } from './baseline-server.ts'

serveBaseline((socket, counts) => (text) => {
  const message = JSON.parse(text) as { emit?: unknown[] }
  if (message.emit?.[0] === 'hello') socket.send('{"emit":["ready"]}')
  else if (message.emit) counts.events++
})
