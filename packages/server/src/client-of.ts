/** Who asks over HTTP, and whether what they say is encrypted on its way: also where a worker passed the request on. */
import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import { createAddressOf } from './ingest/client-address.ts'
import { createIsSecure } from './tls/is-secure.ts'
import { peerHeader, secureHeader } from './workers/messages.ts'

export interface ClientOf {
  readonly address: (request: IncomingMessage) => string
  isSecure(request: IncomingMessage): boolean
  /** What comes over this socket comes from a worker, which says whose it is. */
  trust(socket: Socket): void
}

export const createClientOf = (trustedProxies: readonly string[]): ClientOf => {
  const addressOf = createAddressOf(trustedProxies)
  const secure = createIsSecure(trustedProxies)
  const fromWorkers = new WeakSet<object>()
  const one = (value: string | readonly string[] | undefined): string | undefined =>
    typeof value === 'string' ? value : undefined
  return {
    address: ({ socket, headers }) =>
      fromWorkers.has(socket)
        ? (one(headers[peerHeader]) ?? '')
        : addressOf(socket.remoteAddress, one(headers['x-forwarded-for'])),
    isSecure: (request) => (fromWorkers.has(request.socket) ? request.headers[secureHeader] === '1' : secure(request)),
    trust: (socket) => void fromWorkers.add(socket),
  }
}
