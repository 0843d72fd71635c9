import type { FastifyInstance } from 'fastify'
import type { Health } from './health.ts'
import type { Metrics } from './metrics.ts'

export interface SelfRoutes {
  readonly health: Health
  readonly metrics: Metrics
  /** Listening, and the core takes what comes. False while draining. */
  readonly isReady: () => boolean
  readonly version: string
  readonly serverId: string
}

/** `/healthz`: the process lives, and how its parts are. `/readyz`: send it work. `/metrics`: its own numbers. */
export const registerSelfRoutes = (app: FastifyInstance, routes: SelfRoutes): void => {
  const { health, metrics, isReady, version, serverId } = routes
  app.get('/healthz', async (_request, reply) => {
    const parts = health.parts()
    const status = parts.every((part) => part.state === 'ok') ? 'ok' : 'degraded'
    return reply.header('cache-control', 'no-store').send({ status, version, server: serverId, parts })
  })
  app.get('/readyz', async (_request, reply) => {
    const ready = isReady()
    return reply
      .code(ready ? 200 : 503)
      .header('cache-control', 'no-store')
      .send({ ready })
  })
  app.get('/metrics', async (_request, reply) =>
    reply
      .header('cache-control', 'no-store')
      .type(metrics.contentType)
      .send(await metrics.text()),
  )
}
