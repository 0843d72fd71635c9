/**
 * Stops and goes on reading from a WebSocket, at once. `pause` alone lets Node read one more chunk of each socket, up to
 * 64 KiB that wait in memory: of ten thousand sockets that is more than all that the queue may hold.
 */
import { Socket } from 'node:net'
import type { WebSocket } from 'ws'

/** What Node keeps of an open socket; the handle is not documented, and the same in all its versions so far. */
interface Inner {
  readonly _handle?: { reading?: boolean; readStart?(): number; readStop?(): number } | null
  /** Begins to read whenever the stream has room, also while it is paused. */
  _read?: ((size: number) => void) | undefined
}

const readNothing = (): void => undefined
// Put back by name: taking the property out again would make a slow object of the socket.
const readAsUsual = (Socket.prototype as Inner)._read

export const stopReading = (socket: WebSocket, raw: Socket): void => {
  socket.pause()
  const inner = raw as Inner
  const handle = inner._handle
  if (handle?.readStart === undefined || handle.readStop === undefined) return
  inner._read = readNothing
  if (handle.reading !== true) return
  handle.reading = false
  handle.readStop()
}

export const goOnReading = (socket: WebSocket, raw: Socket): void => {
  const inner = raw as Inner
  if (inner._read === readNothing) {
    inner._read = readAsUsual
    const handle = inner._handle
    if (handle?.readStart !== undefined && handle.reading === false) {
      handle.reading = true
      handle.readStart()
    }
  }
  socket.resume()
}
