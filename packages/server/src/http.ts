/**
 * The one HTTP server: REST and pages through fastify; upgrades go their own way (`upgrades.ts`). A plain request to a
 * channel is told to upgrade; `/api/v1` is REST.
 */
import Fastify from 'fastify'
import type { FastifyInstance } from 'fastify'
import type { Logger } from '@netstats/sdk'
import { securityHeaders } from './api/headers.ts'
import { answerError, answerUnknown } from './api/problem.ts'
import type { Tls, TlsListener } from './tls/open.ts'
import { requestBounds } from './http-bounds.ts'
import { channelOf, pathOf, routeUpgrades } from './upgrades.ts'
import type { UpgradeOptions } from './upgrades.ts'

export interface HttpOptions extends UpgradeOptions {
  readonly maxConnections: number
  /** Undefined: no encryption. */
  readonly tls?: Tls | undefined
  readonly log: Pick<Logger, 'error'>
}

const isRest = (path: string): boolean => path === '/api/v1' || path.startsWith('/api/v1/')

export const createHttp = (options: HttpOptions): FastifyInstance => {
  const { tls } = options
  const app = Fastify({
    logger: false,
    bodyLimit: 1 << 20,
    forceCloseConnections: true,
    keepAliveTimeout: 65_000,
    requestTimeout: 30_000,
    ...(tls === undefined
      ? { http: requestBounds }
      : { https: { ...requestBounds, handshakeTimeout: 10_000, ...tls.createTlsOptions() } }),
    routerOptions: { maxParamLength: 500, ignoreTrailingSlash: true },
    frameworkErrors: answerError(options.log),
  })
  tls?.follow(app.server as unknown as TlsListener)
  app.setErrorHandler(answerError(options.log))
  app.setNotFoundHandler(answerUnknown)
  app.server.maxConnections = options.maxConnections
  app.server.once('listening', () => {
    app.server.on('error', (error) => options.log.error({ error }, 'a connection could not be taken in'))
  })
  routeUpgrades(app.server, options)

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
