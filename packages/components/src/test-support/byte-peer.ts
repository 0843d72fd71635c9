/** Something that is sent bytes over TCP, or datagrams over UDP, and remembers them. */
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { createServer } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'

export interface BytePeer extends AsyncDisposable {
  /** `127.0.0.1:PORT`. */
  readonly endpoint: string
  /** What came, one entry for each datagram, or all of a stream in one. */
  received(): readonly Buffer[]
  /** Stops to listen, and cuts what is connected. */
  leave(): Promise<void>
  comeBack(): Promise<void>
}

export const startTcpPeer = async (): Promise<BytePeer> => {
  const chunks: Buffer[] = []
  const sockets = new Set<Socket>()
  const open = () =>
    createServer((socket) => {
      sockets.add(socket)
      socket.on('data', (chunk) => chunks.push(chunk))
      socket.on('error', () => undefined)
      socket.once('close', () => sockets.delete(socket))
    })
  let server = open()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const leave = async (): Promise<void> => {
    if (!server.listening) return
    const closed = once(server, 'close')
    server.close()
    for (const socket of sockets) socket.destroy()
    await closed
  }
  return {
    endpoint: `127.0.0.1:${port}`,
    received: () => [Buffer.concat(chunks)],
    leave,
    async comeBack() {
      server = open()
      server.listen(port, '127.0.0.1')
      await once(server, 'listening')
    },
    [Symbol.asyncDispose]: leave,
  }
}

export const startUdpPeer = async (): Promise<BytePeer> => {
  const datagrams: Buffer[] = []
  const open = async (port: number) => {
    const socket = createSocket('udp4')
    socket.on('message', (datagram) => datagrams.push(datagram))
    socket.bind(port, '127.0.0.1')
    await once(socket, 'listening')
    return socket
  }
  let socket: Awaited<ReturnType<typeof open>> | undefined = await open(0)
  const { port } = socket.address()
  const leave = async (): Promise<void> => {
    const closing = socket
    socket = undefined
    if (closing === undefined) return
    const closed = once(closing, 'close')
    closing.close()
    await closed
  }
  return {
    endpoint: `127.0.0.1:${port}`,
    received: () => datagrams,
    leave,
    async comeBack() {
      socket = await open(port)
    },
    [Symbol.asyncDispose]: leave,
  }
}
