/**
 * Where upgrades of the one port go, by path.
 *
 *     /api, /api/, /apixyz?…  ethstats clients   /primus…    classic dashboards
 *     /agent                  netstats agents    /external…  third parties
 *     /feed                   dashboards
 *
 * An upgrade to anywhere else is refused and the connection closed: nothing is left hanging.
 */
import type { IncomingMessage, Server } from 'node:http'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { Admission } from './ingest/admission.ts'
import type { Refusal } from './ingest/counts.ts'
import type { Turnstile } from './ingest/turnstile.ts'

export const channels = ['api', 'agent', 'primus', 'external', 'feed'] as const
export type Channel = (typeof channels)[number]

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
  readonly turnstile?: Turnstile
  /** Who is at the other end. */
  readonly addressOf: (request: IncomingMessage) => string
  readonly onRefused: (reason: Refusal) => void
  readonly onFault: (reason: HttpFault) => void
  readonly isDraining: () => boolean
  /** Monotonic milliseconds. */
  readonly now: () => number
}

export const pathOf = (url: string | undefined): string => {
  const end = url?.search(/[?#]/) ?? -1
  return (end < 0 ? url : url?.slice(0, end)) ?? '/'
}

/** Classic servers match their channels by prefix, and agents in the field rely on it: `/api/`, `/apixyz`. */
export const channelOf = (path: string): Channel | undefined => {
  if (path === '/feed' || path.startsWith('/feed/')) return 'feed'
  // `/agents` is a page.
  if (path === '/agent' || path === '/agent/') return 'agent'
  return (['api', 'primus', 'external'] as const).find((one) => path.startsWith(`/${one}`))
}

const statusOf: { readonly [R in Refusal]?: readonly [number, string] } = {
  'too-many-connections': [503, 'Service Unavailable'],
  'too-many-from-address': [429, 'Too Many Requests'],
  'address-rate': [429, 'Too Many Requests'],
  draining: [503, 'Service Unavailable'],
}

/** Answers an upgrade that leads nowhere, and closes. */
export const turnAway = (socket: Socket, status: number, words: string, headers = ''): void => {
  socket.end(`HTTP/1.1 ${status} ${words}\r\nConnection: close\r\nContent-Length: 0\r\n${headers}\r\n`, () =>
    socket.destroy(),
  )
}

/** On its own: what is written in the handler of upgrades would hold on to the request, with all its headers, as long. */
const leaveWhenClosed = (admission: UpgradeOptions['admission'], socket: Socket, address: string): void => {
  socket.once('close', () => admission.leave(address))
}

const faultStatus: { readonly [F in HttpFault]?: string } = {
  timeout: '408 Request Timeout',
  'headers-too-large': '431 Request Header Fields Too Large',
  malformed: '400 Bad Request',
}

/**
 * Ends a connection whose request can not be answered. Node leaves that to whoever listens for `clientError`: without it,
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

/** Counts what is no request, and hands upgrades to whoever they are for. */
export const routeUpgrades = (server: Server, options: UpgradeOptions): void => {
  const { admission, addressOf, upgrades } = options
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    const fault = faultOf(error)
    options.onFault(fault)
    endFaulty(socket, fault)
  })
  server.on('drop', () => options.onRefused('too-many-connections'))
  server.on('tlsClientError', () => options.onFault('tls'))
  server.on('upgrade', (request: IncomingMessage, socket: Socket, head: Buffer) => {
    socket.on('error', ignore)
    const channel = channelOf(pathOf(request.url))
    const upgrade = channel && upgrades[channel]
    if (upgrade === undefined) {
      options.onFault('unknown-channel')
      return turnAway(socket, 404, 'Not Found')
    }
    if (!isHandshake(request)) {
      options.onFault('bad-handshake')
      return turnAway(socket, 400, 'Bad Request', 'Sec-WebSocket-Version: 13, 8\r\n')
    }
    const address = addressOf(request)
    const refusal = options.isDraining() ? 'draining' : admission.enter(address, options.now())
    if (refusal !== undefined) {
      options.onRefused(refusal)
      const [status, words] = statusOf[refusal] ?? [503, 'Service Unavailable']
      return turnAway(socket, status, words, 'Retry-After: 10\r\n')
    }
    leaveWhenClosed(admission, socket, address)
    const letIn = (): void => {
      socket.setNoDelay(true)
      upgrade(request, socket, head, address)
    }
    const sendAway = (): void => {
      options.onRefused('too-many-logins')
      // Those who are sent away together shall not come back together.
      const retry = 5 + Math.floor(Math.random() * 20)
      turnAway(socket, 503, 'Service Unavailable', `Retry-After: ${retry}\r\n`)
    }
    const isAgent = channel === 'api' || channel === 'agent'
    if (!isAgent || options.turnstile === undefined) return letIn()
    options.turnstile.enter({ letIn, sendAway, isGone: () => socket.destroyed })
  })
}
