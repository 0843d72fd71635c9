import { createSocket } from 'node:dgram'
import type { Socket } from 'node:dgram'
import { lookup } from 'node:dns/promises'
import { isIP } from 'node:net'
import type { ListenAddress } from '@netstats/sdk/config'
import { listenerBounds } from './config.ts'
import { listenFailure } from './errors.ts'
import type { Receiver } from './receiver.ts'

export interface UdpListener extends AsyncDisposable {
  readonly address: ListenAddress
}

/** Reads datagrams. They cannot be slowed: what finds no room is dropped and counted, by sender. */
export const openUdp = async (listen: ListenAddress, receiver: Receiver): Promise<UdpListener> => {
  const socket = createSocket({ type: (await familyOf(listen)) === 4 ? 'udp4' : 'udp6' })
  await bind(socket, listen)
  enlarge(socket)
  socket.on('message', (bytes, { address }) => receiver.datagram(bytes, address))
  // A socket that fails later is of no use to anybody: the source is opened again.
  socket.on('error', (error) => receiver.failed(listenFailure(listen, error)))
  const { address, port } = socket.address()
  return {
    address: { host: address, port },
    [Symbol.asyncDispose]: () => new Promise((resolve) => socket.close(() => resolve())),
  }
}

const familyOf = async (listen: ListenAddress): Promise<number> => {
  const known = isIP(listen.host)
  if (known !== 0) return known
  try {
    return (await lookup(listen.host)).family
  } catch (cause) {
    throw listenFailure(listen, cause as NodeJS.ErrnoException)
  }
}

const bind = (socket: Socket, listen: ListenAddress): Promise<void> =>
  new Promise((resolve, reject) => {
    const fail = (cause: NodeJS.ErrnoException): void => {
      socket.close()
      reject(listenFailure(listen, cause))
    }
    socket.once('error', fail)
    socket.bind({ address: listen.host, port: listen.port, exclusive: true }, () => {
      socket.off('error', fail)
      resolve()
    })
  })

/** What comes while the agent writes to disk waits in the kernel. Where it refuses, its default has to do. */
const enlarge = (socket: Socket): void => {
  try {
    socket.setRecvBufferSize(listenerBounds.receiveBufferBytes)
  } catch {
    return
  }
}
