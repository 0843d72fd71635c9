import { createSocket } from 'node:dgram'
import type { RemoteInfo, Socket, SocketType } from 'node:dgram'

export interface SocketGuard {
  /** Hands on what the library may see. What the library throws at it comes out of `handle`. */
  readonly receive: (bytes: Buffer, from: RemoteInfo, handle: () => void) => void
  /** What was sent goes through it; absent: at once. */
  readonly send?: (send: () => void) => void
  /** Where it is bound, whatever the library says: the library cannot be told to let the system choose a port. */
  readonly bind?: { readonly host: string; readonly port: number }
}

/** What may wait in the kernel while this process is busy; the kernel gives less where it is set to. */
const burstBytes = 2 ** 20

type Listener = (...args: unknown[]) => void

/**
 * A stand-in for `node:dgram` for the library: an error that it throws at a datagram would end the process, and what
 * arrives from just anyone would reach it.
 */
export const guardedDgram = (guard: SocketGuard): { createSocket(type: SocketType): Socket } => ({
  createSocket(type) {
    const socket = createSocket({ type, ...(guard.bind === undefined ? {} : { recvBufferSize: burstBytes }) })
    const on = socket.on.bind(socket) as (event: string, listener: Listener) => Socket
    const send = socket.send.bind(socket) as Listener
    const guarded = {
      on(event: string, listener: Listener): Socket {
        if (event !== 'message') return on(event, listener)
        return on(event, (bytes, from) =>
          guard.receive(bytes as Buffer, from as RemoteInfo, () => listener(bytes, from)),
        )
      },
      send(...args: unknown[]): void {
        if (guard.send === undefined) send(...args)
        else guard.send(() => send(...args))
      },
      ...(guard.bind === undefined ? {} : { bind: bindTo(socket, guard.bind) }),
    }
    return Object.assign<Socket, object>(socket, guarded)
  },
})

const bindTo = (socket: Socket, { host, port }: { readonly host: string; readonly port: number }): (() => Socket) => {
  const bind = socket.bind.bind(socket)
  return () => bind({ address: host, port, exclusive: true })
}
