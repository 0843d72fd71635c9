/** Streams: each connection is read while its sender has room, and ended when it holds a line back for too long. */
import type { Socket } from 'node:net'
import type { Admission } from './admission.ts'
import { listenerBounds } from './config.ts'
import { createFramer } from './framer.ts'
import type { Framer } from './framer.ts'
import type { Peer } from './gate.ts'
import type { Receiver, Transport } from './receiver.ts'

export interface Connections {
  readonly admission: Admission
  /** Reads lines from now on: from a socket that was admitted, or from what came of it. */
  read(socket: Socket, peer: Peer, transport: Transport): void
  /** There may be room again. */
  resume(): void
  /** Ends those that hold a line back. */
  sweep(): void
  end(): void
}

interface Connection {
  readonly socket: Socket
  readonly peer: Peer
  readonly framer: Framer
  /** Monotonic time since when an incomplete line is there. */
  partialSince: number | undefined
}

/** One who has sent too much is read again after this. */
const rateRestMs = 100

export const createConnections = (receiver: Receiver, admission: Admission, octetCounting: boolean): Connections => {
  const { gate, tallies } = receiver
  const { clock } = receiver.context
  const open = new Set<Connection>()
  /** Complete lines of these wait for room. */
  const held = new Set<Connection>()
  const ended = new AbortController()

  const settle = (connection: Connection, framesBefore: number, isDrained: boolean): void => {
    const { framer, socket } = connection
    if (framer.frames > framesBefore) connection.partialSince = undefined
    if (!isDrained) {
      // It is the listener that is slow, not the sender.
      connection.partialSince = undefined
      held.add(connection)
      socket.pause()
    } else connection.partialSince = framer.isPartial ? (connection.partialSince ?? clock.monotonic()) : undefined
  }

  const rest = async (connection: Connection): Promise<void> => {
    connection.socket.pause()
    await untilReadable(receiver, connection, ended.signal)
    if (!held.has(connection)) connection.socket.resume()
  }

  return {
    admission,
    read(socket, peer, transport) {
      const framer = createFramer({
        maxBytes: listenerBounds.lineBytes,
        octetCounting,
        onFrame: (bytes, isCut) => receiver.onFrame(bytes, peer, isCut),
        mayGive: () => receiver.hasRoom(peer),
      })
      const connection: Connection = { socket, peer, framer, partialSince: undefined }
      open.add(connection)
      tallies.of('connections', { transport }).n++
      const bytesIn = tallies.of('bytes', { transport })
      socket.on('error', () => undefined)
      socket.on('data', (chunk: Buffer) => {
        bytesIn.n += chunk.length
        const now = clock.monotonic()
        gate.charge(peer, chunk.length, now)
        const before = framer.frames
        settle(connection, before, framer.push(chunk))
        if (!gate.mayRead(peer, now)) void rest(connection)
      })
      socket.on('end', () => {
        if (!held.has(connection)) framer.end()
        socket.end()
      })
      socket.on('close', () => {
        open.delete(connection)
        held.delete(connection)
      })
    },
    resume() {
      for (const connection of held) {
        const before = connection.framer.frames
        if (!connection.framer.drain()) continue
        held.delete(connection)
        settle(connection, before, true)
        connection.socket.resume()
      }
    },
    sweep() {
      const limit = clock.monotonic() - listenerBounds.lineMs
      for (const connection of open) {
        if (connection.partialSince === undefined || connection.partialSince > limit) continue
        connection.framer.end()
        admission.refuse(connection.socket, 'slow', connection.peer)
      }
    },
    end() {
      ended.abort()
      admission.end()
    },
  }
}

/** Waits until more of the sender's bytes are read, or nobody reads it any more. */
const untilReadable = async (
  { gate, context: { clock } }: Receiver,
  { peer, socket }: Connection,
  signal: AbortSignal,
): Promise<void> => {
  do await clock.sleep(rateRestMs, { signal }).catch(() => undefined)
  while (!signal.aborted && !socket.destroyed && !gate.mayRead(peer, clock.monotonic()))
}
