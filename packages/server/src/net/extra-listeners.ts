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
import { Server as TlsServer } from 'node:tls'
import type { Address } from './address.ts'

/** Connections that may wait at one listener, where the system allows as many. */
export const backlog = 4096

export interface ExtraListeners {
  /** Accepts no connections any more; those that are open stay. */
  close(): void
}

/** Called when the system has no place for a connection: that must not end the process, and must not be hidden either. */
export type OnListenerError = (error: Error) => void

interface Count {
  readonly isFull: () => boolean
  readonly end: () => void
}

/** Holds the server to its `maxConnections`, however they came in. */
const countAll = (server: Server): Count => {
  let open = 0
  const leave = (): void => void open--
  const enter = (socket: Socket): void => {
    open++
    socket.once('close', leave)
    if (open > server.maxConnections) drop(server, socket)
  }
  server.prependListener('connection', enter)
  return { isFull: () => open >= server.maxConnections, end: () => void server.off('connection', enter) }
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

/** HTTP answers also who has ended its half already; TLS has no halves. */
const openListener = (
  server: Server,
  address: Address,
  isFull: () => boolean,
  onError: OnListenerError,
): Promise<Server> =>
  new Promise((resolve, reject) => {
    const listener = createServer({ allowHalfOpen: !(server instanceof TlsServer), noDelay: true }, (socket) => {
      if (isFull()) drop(server, socket)
      // The way that Node's documentation gives for bringing a connection into an HTTP or TLS server.
      else server.emit('connection', socket)
    })
    listener.once('error', reject)
    listener.listen({ ...address, backlog, reusePort: true }, () => {
      listener.off('error', reject)
      listener.on('error', onError)
      resolve(listener)
    })
  })

/**
 * `count` listeners besides the one that `server` has; it listens at `address` and shares its port. All of them or none:
 * where one cannot be opened the others are closed.
 */
export const openExtraListeners = async (
  server: Server,
  address: Address,
  count: number,
  onError: OnListenerError,
): Promise<ExtraListeners> => {
  if (count === 0) return { close: () => undefined }
  await using opening = new AsyncDisposableStack()
  const counted = countAll(server)
  opening.defer(counted.end)
  const tried = await Promise.allSettled(
    Array.from({ length: count }, () => openListener(server, address, counted.isFull, onError)),
  )
  const listeners = tried.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []))
  for (const listener of listeners) opening.defer(() => void listener.close())
  const failed = tried.find((one) => one.status === 'rejected')
  if (failed !== undefined) throw failed.reason
  opening.move()
  return {
    close() {
      for (const listener of listeners) listener.close()
    },
  }
}
