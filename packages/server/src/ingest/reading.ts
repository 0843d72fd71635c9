/**
 * Stops and goes on reading from a WebSocket, at once. `pause` alone lets Node read one more chunk of each socket, up to
 * 64 KiB that wait in memory: of ten thousand sockets that is more than all that the queue may hold.
 */
import type { Socket } from 'node:net'
import type { WebSocket } from 'ws'

/** What Node keeps of an open socket; not documented, and the same in all its versions so far. */
interface Handle {
  reading?: boolean
  readStart?(): number
  readStop?(): number
}
const handleOf = (raw: Socket): Handle | null | undefined => (raw as { readonly _handle?: Handle | null })._handle

export const stopReading = (socket: WebSocket, raw: Socket): void => {
  socket.pause()
  const handle = handleOf(raw)
  if (handle?.reading !== true || handle.readStop === undefined) return
  handle.reading = false
  handle.readStop()
}

export const goOnReading = (socket: WebSocket, raw: Socket): void => {
  const handle = handleOf(raw)
  if (handle?.reading === false && handle.readStart !== undefined) {
    handle.reading = true
    handle.readStart()
  }
  socket.resume()
}
