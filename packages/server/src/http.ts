/**
 * The one HTTP server: REST and pages through fastify, WebSocket upgrades routed here by path.
 *
 *     /api, /api/, /apixyz?…  ethstats clients   /primus…    classic dashboards
 *     /agent                  netstats agents    /external…  third parties
 *     /feed                   dashboards
 *
 * A plain request to a channel is told to upgrade; `/api/v1` is REST. An upgrade to anywhere else is refused and the
 * connection closed: nothing is left hanging.
 */
import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import Fastify from 'fastify'
import type { FastifyInstance } from 'fastify'
import type { Logger } from '@netstats/sdk'
import { securityHeaders } from './api/headers.ts'
import { answerError, answerUnknown } from './api/problem.ts'
import type { Tls, TlsListener } from './tls/open.ts'
import type { Admission } from './ingest/admission.ts'
import type { AddressOf } from './ingest/client-address.ts'
import type { Refusal } from './ingest/counts.ts'

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

const faultOf = ({ code = '' }: NodeJS.ErrnoException): HttpFault => {
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return 'timeout'
  if (code === 'HPE_HEADER_OVERFLOW') return 'headers-too-large'
  return code.startsWith('HPE_') ? 'malformed' : 'gone'
}

/** What `ws` would refuse anyway; refused here it is counted. */
const isHandshake = ({ method, headers }: IncomingMessage): boolean =>
  method === 'GET' &&
  /^[+/0-9a-z]{22}==$/i.test(headers['sec-websocket-key'] ?? '') &&
  /^(13|8)$/.test(headers['sec-websocket-version'] ?? '')

export interface HttpOptions {
  readonly upgrades: Readonly<Record<Channel, Upgrade | undefined>>
  readonly admission: Admission
  readonly addressOf: AddressOf
  readonly onRefused: (reason: Refusal) => void
  readonly onFault: (reason: HttpFault) => void
  readonly isDraining: () => boolean
  readonly maxConnections: number
  /** Undefined: no encryption. */
  readonly tls?: Tls | undefined
  readonly log: Pick<Logger, 'error'>
  readonly now: () => number
}

const pathOf = (url: string | undefined): string => {
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

const isRest = (path: string): boolean => path === '/api/v1' || path.startsWith('/api/v1/')

const statusOf: { readonly [R in Refusal]?: readonly [number, string] } = {
  'too-many-connections': [503, 'Service Unavailable'],
  'too-many-from-address': [429, 'Too Many Requests'],
  'address-rate': [429, 'Too Many Requests'],
  draining: [503, 'Service Unavailable'],
}

const turnAway = (socket: Socket, status: number, words: string, headers = ''): void => {
  socket.end(`HTTP/1.1 ${status} ${words}\r\nConnection: close\r\nContent-Length: 0\r\n${headers}\r\n`, () =>
    socket.destroy(),
  )
}

const ignore = (): void => undefined

export const createHttp = (options: HttpOptions): FastifyInstance => {
  const { admission, addressOf, upgrades, tls } = options
  const server = {
    maxHeaderSize: 16_384,
    headersTimeout: 10_000,
    connectionsCheckingInterval: 2000,
    // `Upgrade: h2c` and the like are plain requests to us.
    shouldUpgradeCallback: (request: IncomingMessage) => /^websocket$/i.test(request.headers.upgrade ?? ''),
  }
  const app = Fastify({
    logger: false,
    bodyLimit: 1 << 20,
    forceCloseConnections: true,
    keepAliveTimeout: 65_000,
    requestTimeout: 30_000,
    ...(tls === undefined
      ? { http: server }
      : { https: { ...server, handshakeTimeout: 10_000, ...tls.createTlsOptions() } }),
    routerOptions: { maxParamLength: 500, ignoreTrailingSlash: true },
    frameworkErrors: answerError(options.log),
  })
  app.server.on('tlsClientError', () => options.onFault('tls'))
  tls?.follow(app.server as unknown as TlsListener)
  app.setErrorHandler(answerError(options.log))
  app.setNotFoundHandler(answerUnknown)
  app.server.maxConnections = options.maxConnections
  app.server.on('clientError', (error: NodeJS.ErrnoException) => options.onFault(faultOf(error)))
  app.server.on('drop', () => options.onRefused('too-many-connections'))

  app.server.on('upgrade', (request: IncomingMessage, socket: Socket, head: Buffer) => {
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
    const forwarded = request.headers['x-forwarded-for']
    const address = addressOf(socket.remoteAddress, typeof forwarded === 'string' ? forwarded : undefined)
    const refusal = options.isDraining() ? 'draining' : admission.enter(address, options.now())
    if (refusal !== undefined) {
      options.onRefused(refusal)
      const [status, words] = statusOf[refusal] ?? [503, 'Service Unavailable']
      return turnAway(socket, status, words, 'Retry-After: 10\r\n')
    }
    socket.once('close', () => admission.leave(address))
    socket.setNoDelay(true)
    upgrade(request, socket, head, address)
  })

  app.addHook('onRequest', async (request, reply) => {
    void reply.headers(securityHeaders)
    const path = pathOf(request.raw.url)
    const channel = channelOf(path)
    if (channel === undefined || isRest(path)) return
    if (path === `/${channel}/spec` && channel !== 'feed') {
      return reply.send({ version: '6.1.0', pathname: `/${channel}`, parser: 'json', transformer: 'websockets' })
    }
    return reply
      .code(426)
      .headers({ upgrade: 'websocket', connection: 'upgrade' })
      .type('text/plain')
      .send('Upgrade Required')
  })
  return app
}
