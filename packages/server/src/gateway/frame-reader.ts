/**
 * Pauses and resumes reading from a WebSocket, at once. `pause` alone lets Node read one more chunk of each socket, up to
 * 64 KiB that wait in memory: of ten thousand sockets that is more than all that the queue may hold.
 */
import { Socket } from 'node:net'
import type { WebSocket } from 'ws'

/**
 * What Node keeps of an open socket. The handle is not documented, and there is no other way to stop at once: a small
 * `highWaterMark` still lets a chunk of 64 KiB in. `reading-internals.test.ts` looks at it in every release of Node that we
 * run on; where it is not as expected, `pause` has to do.
 */
interface SocketInternals {
  readonly _handle?: { reading?: boolean; readStart?(): number; readStop?(): number } | null
  /** Begins to read whenever the stream has room, also while it is paused. */
  _read?: ((size: number) => void) | undefined
}

const readNothing = (): void => undefined
// Put back by name: taking the property out again would make a slow object of the socket.
const readAsUsual = (Socket.prototype as SocketInternals)._read

export const pauseReading = (socket: WebSocket, raw: Socket): void => {
  socket.pause()
  const internals = raw as SocketInternals
  const handle = internals._handle
  if (handle?.readStart === undefined || handle.readStop === undefined || handle.reading === undefined) return
  internals._read = readNothing
  if (!handle.reading) return
  handle.reading = false
  handle.readStop()
}

export const resumeReading = (socket: WebSocket, raw: Socket): void => {
  const internals = raw as SocketInternals
  if (internals._read === readNothing) {
    internals._read = readAsUsual
    const handle = internals._handle
    if (handle?.readStart !== undefined && handle.reading === false) {
      handle.reading = true
      handle.readStart()
    }
  }
  socket.resume()
}
