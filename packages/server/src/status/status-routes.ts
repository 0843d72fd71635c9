import type { IncomingMessage } from 'node:http'
import { expositionOf } from '@netstats/runtime'
import type { FastifyInstance } from 'fastify'
import type { Health } from '../telemetry/health.ts'
import type { MetricsRegistry } from '../telemetry/registry.ts'
import { standardText } from '../telemetry/standard-metrics.ts'

export interface StatusRoutes {
  readonly health: Health
  readonly registry: Pick<MetricsRegistry, 'text'>
  /** Listening, and the core takes what comes. False while draining. */
  readonly isReady: () => boolean
  readonly version: string
  readonly serverId: string
  /** Whether the asker may know more than that the server is well. */
  readonly mayLook: (request: IncomingMessage) => boolean
}

/** `/healthz`: the process lives, and how its parts are. `/readyz`: send it work. `/metrics`: its own numbers. */
export const registerStatusRoutes = (app: FastifyInstance, routes: StatusRoutes): void => {
  const { health, registry, isReady, version, serverId, mayLook } = routes
  app.get('/healthz', async (request, reply) => {
    const parts = health.parts()
    const status = parts.every((part) => part.state === 'ok') ? 'ok' : 'degraded'
    const told = mayLook(request.raw) ? { status, version, server: serverId, parts } : { status }
    return reply.header('cache-control', 'no-store').send(told)
  })
  app.get('/readyz', async (_request, reply) => {
    const ready = isReady()
    return reply
      .code(ready ? 200 : 503)
      .header('cache-control', 'no-store')
      .send({ ready })
  })
  app.get('/metrics', async (request, reply) => {
    const { type, body } = expositionOf(registry.text() + standardText(version), request.headers.accept)
    return reply.header('cache-control', 'no-store').header('vary', 'accept').type(type).send(body)
  })
}
