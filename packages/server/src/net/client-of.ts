/** Who asks over HTTP, and whether what they say is encrypted on its way: also where a worker passed the request on. */
import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import { createAddressOf, createProxyTest } from './client-address.ts'
import { tryBasePath } from './base-path.ts'
import { createIsSecure } from './is-secure.ts'
import { peerHeader, secureHeader } from './internal-headers.ts'

export interface ClientOf {
  readonly address: (request: IncomingMessage) => string
  isSecure(request: IncomingMessage): boolean
  /** Whether what the request says of where its client asked is believed: a trusted proxy wrote it, or a worker looked. */
  believes(request: IncomingMessage): boolean
  /** What a trusted proxy says that it has taken away before the path; undefined where none says so. */
  prefix(request: IncomingMessage): string | undefined
  /** What comes over this socket comes from a worker, which says whose it is. */
  trust(socket: Socket): void
}

export const createClientOf = (trustedProxies: readonly string[]): ClientOf => {
  const addressOf = createAddressOf(trustedProxies)
  const secure = createIsSecure(trustedProxies)
  const isProxy = createProxyTest(trustedProxies)
  const fromWorkers = new WeakSet<object>()
  const one = (value: string | readonly string[] | undefined): string | undefined =>
    typeof value === 'string' ? value : undefined
  const believes: ClientOf['believes'] = ({ socket }) => fromWorkers.has(socket) || isProxy(socket.remoteAddress)
  return {
    believes,
    prefix: (request) => {
      const said = one(request.headers['x-forwarded-prefix'])
      return said !== undefined && believes(request) ? tryBasePath(said) : undefined
    },
    address: ({ socket, headers }) =>
      fromWorkers.has(socket)
        ? (one(headers[peerHeader]) ?? '')
        : addressOf(socket.remoteAddress, one(headers['x-forwarded-for'])),
    isSecure: (request) => (fromWorkers.has(request.socket) ? request.headers[secureHeader] === '1' : secure(request)),
    trust: (socket) => void fromWorkers.add(socket),
  }
}
