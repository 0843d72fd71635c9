/**
 * More listeners for one server. Node takes one connection of each listener in a turn of its event loop, and the system
 * lets a few thousand wait at each: a fleet that comes back all at once, to a loop that has much else to do, would wait at
 * a single one until it gives up.
 *
 *     port ══► listener ─┐
 *         ╠══► listener ─┼─► server
 *         ╚══► …        ─┘
 */
import { createServer } from 'node:net'
import type { DropArgument, Server, Socket } from 'node:net'
import type { Address } from './listen.ts'

/** Connections that may wait at one listener, where the system allows as many. */
export const backlog = 4096

export interface Ears {
  /** Lets nobody in any more; those who are in stay. */
  close(): void
}

const noEars: Ears = { close: () => undefined }

/** Holds the server to its `maxConnections`, however they came in. */
const countAll = (server: Server): (() => boolean) => {
  let open = 0
  const leave = (): void => void open--
  server.prependListener('connection', (socket: Socket) => {
    open++
    socket.once('close', leave)
    if (open > server.maxConnections) drop(server, socket)
  })
  return () => open >= server.maxConnections
}

const drop = (server: Server, socket: Socket): void => {
  const { localAddress, localPort, localFamily, remoteAddress, remotePort, remoteFamily } = socket
  socket.destroy()
  server.emit('drop', {
    localAddress,
    localPort,
    localFamily,
    remoteAddress,
    remotePort,
    remoteFamily,
  } as unknown as DropArgument)
}

const openEar = (server: Server, address: Address, isFull: () => boolean): Promise<Server> =>
  new Promise((resolve, reject) => {
    const { allowHalfOpen = true } = server as { readonly allowHalfOpen?: boolean }
    const ear = createServer({ allowHalfOpen, noDelay: true }, (socket) => {
      if (isFull()) drop(server, socket)
      else server.emit('connection', socket)
    })
    // Also later, where the system has no place for a connection: that must not end the process.
    ear.on('error', reject)
    ear.listen({ ...address, backlog, reusePort: true }, () => resolve(ear))
  })

/** `count` listeners besides the one that `server` has; it listens at `address` and shares its port. */
export const openEars = async (server: Server, address: Address, count: number): Promise<Ears> => {
  if (count === 0) return noEars
  const isFull = countAll(server)
  const ears = await Promise.all(Array.from({ length: count }, () => openEar(server, address, isFull)))
  return {
    close() {
      for (const ear of ears) ear.close()
    },
  }
}
