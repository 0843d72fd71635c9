/**
 * Hands upgrades of the one port to their channels. An upgrade to anywhere else is refused and the connection closed:
 * nothing is left hanging.
 */
import type { IncomingMessage, Server } from 'node:http'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { subProtocol } from '@netstats/protocol/netstats'
import { cureOf } from '../bus/refusal-cures.ts'
import type { Admission } from './admission.ts'
import type { Refusal } from '../bus/refusals.ts'
import type { LoginQueue } from './login-queue.ts'
import { withoutBase } from './base-path.ts'
import { channelOf, pathOf } from './channels.ts'
import type { Channel } from './channels.ts'
import type { WebGuard } from './web-guard.ts'
import type { WebFault } from './web-policy.ts'

/** Takes over the socket of an upgrade request that was admitted. */
export type Upgrade = (request: IncomingMessage, socket: Socket, head: Buffer, address: string) => void

/** What was no request one could answer: nobody to tell but the counters. */
export const httpFaults = [
  'timeout',
  'malformed',
  'headers-too-large',
  'gone',
  'unknown-channel',
  'bad-handshake',
  'foreign-page',
  'unknown-host',
  'tls',
] as const
export type HttpFault = (typeof httpFaults)[number]

export const faultOf = ({ code = '' }: NodeJS.ErrnoException): HttpFault => {
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return 'timeout'
  if (code === 'HPE_HEADER_OVERFLOW') return 'headers-too-large'
  return code.startsWith('HPE_') ? 'malformed' : 'gone'
}

/** What `ws` would refuse anyway; refused here it is counted. */
const isHandshake = ({ method, headers }: IncomingMessage): boolean =>
  method === 'GET' &&
  /^[+/0-9a-z]{22}==$/i.test(headers['sec-websocket-key'] ?? '') &&
  /^(13|8)$/.test(headers['sec-websocket-version'] ?? '')

export interface UpgradeOptions {
  readonly upgrades: Readonly<Record<Channel, Upgrade | undefined>>
  readonly admission: Admission
  /** Lets agents in who come all at once. */
  readonly loginQueue?: LoginQueue
  /** Which web pages may open what; by default all may. */
  readonly web?: WebGuard
  /** Prefix of the server's paths; by default none. */
  readonly basePath?: string
  /** Who is at the other end. */
  readonly addressOf: (request: IncomingMessage) => string
  /** Whether an agent came through a proxy that nobody named, where only this machine may report; by default none does. */
  readonly isFromAfar?: (request: IncomingMessage) => boolean
  readonly onRefused: (reason: Refusal, address?: string) => void
  readonly onFault: (reason: HttpFault, address?: string) => void
  readonly isDraining: () => boolean
  /** Monotonic milliseconds. */
  readonly now: () => number
}

const statusOf: { readonly [R in Refusal]?: readonly [number, string] } = {
  'too-many-connections': [503, 'Service Unavailable'],
  'too-many-from-address': [429, 'Too Many Requests'],
  'address-rate': [429, 'Too Many Requests'],
  draining: [503, 'Service Unavailable'],
}

/** Answers an upgrade that leads nowhere, and closes. */
export const turnAway = (socket: Socket, status: number, words: string, headers = '', body = ''): void => {
  const length = `Content-Length: ${Buffer.byteLength(body)}\r\n`
  socket.end(`HTTP/1.1 ${status} ${words}\r\nConnection: close\r\n${length}${headers}\r\n${body}`, () =>
    socket.destroy(),
  )
}

const problemType = 'Content-Type: application/problem+json; charset=utf-8\r\n'
const problemOf = (status: number, title: string, code: string, detail: string): string =>
  JSON.stringify({ type: 'about:blank', title, status, code, detail })

const offers = ({ headers }: IncomingMessage, protocol: string): boolean =>
  (headers['sec-websocket-protocol'] ?? '').split(',').some((one) => one.trim() === protocol)

/** Says to a page, or to who looks at its network, why it may not come in. */
const turnPageAway = (socket: Socket, { code, message }: WebFault): void => {
  const [status, words] = code === 'API_HOST_REFUSED' ? [421, 'Misdirected Request'] : [403, 'Forbidden']
  turnAway(socket, status, words, problemType, problemOf(status, words, code, message))
}

/** On its own: what is written in the handler of upgrades would hold on to the request, with all its headers, as long. */
const leaveWhenClosed = (admission: UpgradeOptions['admission'], socket: Socket): void => {
  socket.once('close', () => admission.leave(socket))
}

const faultStatus: { readonly [F in HttpFault]?: string } = {
  timeout: '408 Request Timeout',
  'headers-too-large': '431 Request Header Fields Too Large',
  malformed: '400 Bad Request',
}

/**
 * Ends a connection whose request cannot be answered. Node leaves that to the listener of `clientError`: without it,
 * who is too slow or sends nonsense would keep its connection for ever. Nothing is waited for: it may not read either.
 */
const endFaulty = (socket: Duplex, fault: HttpFault): void => {
  const status = faultStatus[fault]
  if (status !== undefined && socket.writable) {
    socket.write(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`)
  }
  socket.destroy()
}

const ignore = (): void => undefined

/** Counts what is no request, and hands upgrades to their channels. */
export const routeUpgrades = (server: Server, options: UpgradeOptions): void => {
  const { admission, addressOf, upgrades, web, basePath = '' } = options
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    const fault = faultOf(error)
    options.onFault(fault)
    endFaulty(socket, fault)
  })
  server.on('drop', () => options.onRefused('too-many-connections'))
  server.on('tlsClientError', () => options.onFault('tls'))
  server.on('upgrade', (request: IncomingMessage, socket: Socket, head: Buffer) => {
    socket.on('error', ignore)
    request.url = withoutBase(request.url ?? '/', basePath)
    const channel = channelOf(pathOf(request.url))
    const upgrade = channel && upgrades[channel]
    if (channel === undefined || upgrade === undefined) {
      options.onFault('unknown-channel', addressOf(request))
      return turnAway(socket, 404, 'Not Found')
    }
    if (!isHandshake(request)) {
      options.onFault('bad-handshake', addressOf(request))
      return turnAway(socket, 400, 'Bad Request', 'Sec-WebSocket-Version: 13, 8\r\n')
    }
    // An agent that was given the address of another channel: there it would wait for an answer that never comes.
    if (channel !== 'agent' && offers(request, subProtocol)) {
      options.onFault('bad-handshake')
      const detail = `The netstats protocol is spoken on /agent, and this is /${channel}; leave that out of the address.`
      return turnAway(socket, 404, 'Not Found', problemType, problemOf(404, 'Not Found', 'API_ROUTE_UNKNOWN', detail))
    }
    const fault = web?.upgrade(request, channel)
    // The feed says it in its own words, on a socket that a page can read.
    if (fault !== undefined && channel !== 'feed') return turnPageAway(socket, fault)
    const address = addressOf(request)
    const isAgent = channel === 'api' || channel === 'agent'
    if (isAgent && options.isFromAfar?.(request) === true) {
      options.onRefused('secret-required', address)
      return turnAway(
        socket,
        403,
        'Forbidden',
        problemType,
        problemOf(403, 'Forbidden', 'API_SECRET_REQUIRED', cureOf('secret-required', 'http')),
      )
    }
    const kind = isAgent ? 'agent' : 'viewer'
    const refusal = options.isDraining() ? 'draining' : admission.enter(socket, kind, address, options.now())
    if (refusal !== undefined) {
      options.onRefused(refusal, address)
      const [status, words] = statusOf[refusal] ?? [503, 'Service Unavailable']
      return turnAway(socket, status, words, 'Retry-After: 10\r\n')
    }
    leaveWhenClosed(admission, socket)
    const accept = (): void => {
      socket.setNoDelay(true)
      upgrade(request, socket, head, address)
    }
    const reject = (): void => {
      options.onRefused('too-many-logins')
      // Those who are sent away together shall not come back together.
      const retry = 5 + Math.floor(Math.random() * 20)
      turnAway(socket, 503, 'Service Unavailable', `Retry-After: ${retry}\r\n`)
    }
    if (!isAgent || options.loginQueue === undefined) return accept()
    options.loginQueue.enter({ accept, reject, isGone: () => socket.destroyed })
  })
}
