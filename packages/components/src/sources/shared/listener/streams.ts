/** Listeners for streams: TCP, a Unix socket, TLS. */
import { createHash } from 'node:crypto'
import { chmod, readFile, unlink } from 'node:fs/promises'
import { connect, createServer } from 'node:net'
import type { AddressInfo, Server } from 'node:net'
import type { ListenAddress } from '@netstats/sdk/config'
import { listenerBounds } from './config.ts'
import type { ListenConfig } from './config.ts'
import { ListenerError, listenFailure } from './errors.ts'
import type { Connections } from './connections.ts'
import type { Receiver } from './receiver.ts'

export interface StreamListener extends AsyncDisposable {
  readonly address: ListenAddress | string
  /** Looks whether certificates changed; nothing to do for others. */
  refresh?(): Promise<void>
}

export const openTcp = async (
  listen: ListenAddress,
  receiver: Receiver,
  connections: Connections,
): Promise<StreamListener> => {
  const server = createServer((socket) => {
    const peer = connections.admission.admit(socket, false)
    if (peer !== undefined) connections.read(socket, peer, 'tcp')
  })
  await bind(server, { host: listen.host, port: listen.port }, listen)
  return listenerOf(server, listen, receiver)
}

/** Another agent's socket is left alone; one that a killed agent left is removed. */
export const openUnix = async (path: string, receiver: Receiver, connections: Connections): Promise<StreamListener> => {
  const server = createServer((socket) => {
    const peer = connections.admission.admit(socket, true)
    if (peer !== undefined) connections.read(socket, peer, 'unix')
  })
  if (!(await isAnswered(path))) await unlink(path).catch(() => undefined)
  await bind(server, { path }, path)
  await chmod(path, 0o660)
  return listenerOf(server, path, receiver)
}

/** A sender has its place before the handshake: one that never finishes holds no more than that, and not for long. */
export const openTls = async (
  options: NonNullable<ListenConfig['tls']>,
  receiver: Receiver,
  connections: Connections,
): Promise<StreamListener> => {
  // Agents that need none are spared its memory.
  const { createServer: createTlsServer } = await import('node:tls')
  let material = await readMaterial(options)
  const secured = secure()
  function secure() {
    try {
      return createTlsServer({ ...material.options, handshakeTimeout: listenerBounds.handshakeMs })
    } catch (cause) {
      throw unusable(options.cert, cause)
    }
  }
  secured.on('secureConnection', (socket) =>
    connections.read(socket, receiver.gate.peerOf(socket.remoteAddress ?? ''), 'tls'),
  )
  // Each is one sender that does not know us, or that we do not know.
  secured.on('tlsClientError', (_, socket) => {
    receiver.faults.refused('handshake', receiver.gate.peerOf(socket.remoteAddress ?? '').address)
    socket.destroy()
  })
  const server = createServer((socket) => {
    if (connections.admission.admit(socket, false) !== undefined) secured.emit('connection', socket)
  })
  await bind(server, { host: options.listen.host, port: options.listen.port }, options.listen)
  return {
    ...listenerOf(server, options.listen, receiver),
    async refresh() {
      try {
        const now = await readMaterial(options)
        if (now.digest === material.digest) return
        secured.setSecureContext(now.options)
        material = now
        receiver.context.log.info({ cert: options.cert }, 'the certificate was read again')
      } catch (error) {
        receiver.context.log.warn({ error }, 'the certificate cannot be read again; the one before stays in use')
      }
    },
  }
}

const readMaterial = async ({ cert, key, ca }: NonNullable<ListenConfig['tls']>) => {
  const read = (path: string): Promise<Buffer> =>
    readFile(path).catch((cause: unknown) => {
      throw unusable(path, cause)
    })
  const files = await Promise.all([read(cert), read(key), ...(ca === undefined ? [] : [read(ca)])])
  const hash = createHash('sha256')
  for (const file of files) hash.update(file).update('\0')
  const [certText, keyText, caText] = files
  return {
    digest: hash.digest('hex'),
    options: {
      cert: certText,
      key: keyText,
      ...(caText === undefined ? {} : { ca: caText }),
      minVersion: 'TLSv1.2' as const,
      requestCert: caText !== undefined,
      rejectUnauthorized: caText !== undefined,
    },
  }
}

// What OpenSSL says of a key may hold parts of it: its code tells enough.
const unusable = (path: string, cause: unknown): ListenerError => {
  const { code = 'error' } = cause as NodeJS.ErrnoException
  return new ListenerError('SOURCE_TLS_UNUSABLE', `${path} cannot be used for TLS (${code}).`)
}

const bind = (
  server: Server,
  where: { host: string; port: number } | { path: string },
  shown: ListenAddress | string,
) =>
  new Promise<void>((resolve, reject) => {
    const fail = (cause: NodeJS.ErrnoException): void => reject(listenFailure(shown, cause))
    server.once('error', fail)
    server.listen({ ...where, exclusive: true }, () => {
      server.off('error', fail)
      resolve()
    })
  })

const listenerOf = (server: Server, where: ListenAddress | string, receiver: Receiver): StreamListener => {
  server.on('error', (error) => receiver.failed(listenFailure(where, error)))
  const bound = server.address()
  const address = typeof where === 'string' ? where : { host: where.host, port: (bound as AddressInfo).port }
  return {
    address,
    // Its connections are ended by the one who took them over.
    [Symbol.asyncDispose]: () => new Promise((resolve) => void server.close(() => resolve())),
  }
}

const isAnswered = (path: string): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(path)
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', ({ code }: NodeJS.ErrnoException) => resolve(code !== 'ECONNREFUSED'))
  })
