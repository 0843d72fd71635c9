/**
 * The one HTTP server: REST and pages through fastify; upgrades go their own way (`upgrades.ts`). A plain request to a
 * channel is answered with 426; `/api/v1` is REST.
 */
import { createServer } from 'node:http'
import type { RequestListener, Server } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import Fastify from 'fastify'
import type { FastifyInstance } from 'fastify'
import type { Logger } from '@netstats/sdk'
import { securityHeaders, strictTransport } from './security-headers.ts'
import { Problem, answerError, answerUnknown, sendProblem } from './problem.ts'
import type { Tls, TlsListener } from './tls/open.ts'
import { requestBounds } from './http-bounds.ts'
import { oneAtATime } from './request-queue.ts'
import { tellRefused } from './refused-connections.ts'
import { channelOf, pathOf } from './channels.ts'
import { routeUpgrades } from './upgrades.ts'
import type { UpgradeOptions } from './upgrades.ts'
import { withoutBase } from './base-path.ts'
import { registerCompression } from './compression.ts'
import { sendWebFault } from './host-page.ts'

export interface HttpOptions extends UpgradeOptions {
  readonly maxConnections: number
  /** Watches over connections that are no WebSockets. */
  readonly limitPlain?: (server: Server) => void
  /** Undefined: no encryption. */
  readonly tls?: Tls | undefined
  readonly log: Pick<Logger, 'error'>
}

const isRest = (path: string): boolean => path === '/api/v1' || path.startsWith('/api/v1/')

/** Also called for the further address where a name has two. */
const makeServer = (handle: RequestListener, tls: Tls | undefined): Server => {
  const server =
    tls === undefined
      ? createServer(requestBounds, handle)
      : createTlsServer({ ...requestBounds, handshakeTimeout: 10_000, ...tls.createTlsOptions() }, handle)
  server.keepAliveTimeout = 65_000
  server.requestTimeout = 30_000
  return server
}

export const createHttp = (options: HttpOptions): FastifyInstance => {
  const { tls, web, basePath = '' } = options
  const app = Fastify({
    logger: false,
    // As much as REST takes: also what is sent to a path that leads nowhere is held until all of it has come.
    bodyLimit: 16_384,
    forceCloseConnections: true,
    serverFactory: (handle) => makeServer(oneAtATime(handle), tls),
    routerOptions: { maxParamLength: 500, ignoreTrailingSlash: true },
    rewriteUrl: ({ url = '/' }) => withoutBase(url, basePath),
    frameworkErrors: answerError(options.log),
  })
  tls?.follow(app.server as unknown as TlsListener)
  app.setErrorHandler(answerError(options.log))
  app.setNotFoundHandler(answerUnknown)
  app.server.maxConnections = options.maxConnections
  app.server.once('listening', () => {
    app.server.on('error', tellRefused(options.log, options.now))
  })
  options.limitPlain?.(app.server)
  routeUpgrades(app.server, options)
  registerCompression(app)

  app.addHook('onRequest', async (request, reply) => {
    void reply.headers(securityHeaders)
    if (tls !== undefined) void reply.headers(strictTransport)
    const coding = request.headers['content-encoding'] ?? 'identity'
    if (coding !== 'identity') {
      return sendProblem(
        reply,
        new Problem('API_BODY_TYPE', 'No body is inflated here; send it without Content-Encoding.'),
      )
    }
    const path = pathOf(request.raw.url)
    // Balancers and containers ask for health by any name, and nothing is in it that a page could use.
    const fault = path === '/healthz' || path === '/readyz' ? undefined : web?.request(request.raw)
    if (fault !== undefined) return sendWebFault(reply, fault)
    // Without the slash, all that is relative would lead beside the prefix.
    if (basePath !== '' && pathOf(request.originalUrl) === basePath)
      return reply.redirect(`${basePath.slice(basePath.lastIndexOf('/') + 1)}/`, 308)
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
