/** Routes of /api/v1: who asks is looked at first, then what is asked; then it is answered or explained. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Logger } from '@netstats/sdk'
import type { Access } from '../access/mod.ts'
import { refill } from '../ingest/token-bucket.ts'
import type { Rate, TokenBucket } from '../ingest/token-bucket.ts'
import type { HistoryReader } from '../history/model.ts'
import type { ServerFacts } from '../self/server-facts.ts'
import type { Core } from '../shard/model.ts'
import { Answer, PersonalAnswer } from './answer.ts'
import { allowedMethods, createRoleCheck } from './authorize.ts'
import { Download, sendDownload } from './download.ts'
import { hasBody } from './endpoint.ts'
import type { ApiContext, Endpoint } from './endpoint.ts'
import { endpoints } from './endpoints.ts'
import { isNamedBy, weakTag } from './etag.ts'
import { createGate } from './gate.ts'
import type { GateCounts, GateLimits } from './gate.ts'
import { securityHeaders } from './headers.ts'
import { openApiOf } from './openapi.ts'
import { Problem, answerError, answerUnknown, parameterProblem, sendProblem } from './problem.ts'
import { createSummaries } from './summaries.ts'

export interface ApiOptions {
  readonly core: Pick<Core, 'networks' | 'network'>
  /** Where the past is asked for; without it, only the present is known. */
  readonly history?: HistoryReader
  /** What agents have delivered. */
  readonly deliveries?: ApiContext['deliveries']
  /** Who may ask what; without it everybody may look, and nobody more. */
  readonly access?: Access
  /** Whether the connection is encrypted, behind trusted proxies that of their client; by default whether it is TLS. */
  readonly isSecure?: (request: FastifyRequest) => boolean
  /** What the server tells of itself. */
  readonly facts?: () => Promise<ServerFacts>
  readonly version: string
  readonly log: Pick<Logger, 'error'>
  /** Wall clock, milliseconds. */
  readonly now: () => number
  /** Milliseconds that never step. */
  readonly monotonic: () => number
  /** Share of one core that answers in proportion to the size of a network may take; beyond it: 503 with Retry-After. */
  readonly workShare?: number
  /** Address of whoever asks; by default that of the connection. */
  readonly clientOf?: (request: FastifyRequest) => string
  /** Questions and exports of the history at once. */
  readonly gates?: { readonly queries?: GateLimits; readonly exports?: GateLimits }
  /** Milliseconds in which a client must take each chunk of an export; 30 s by default. */
  readonly stallMs?: number
}

export interface ApiCounts {
  readonly queries: GateCounts
  readonly exports: GateCounts
  /** Exports ended because the client took nothing for too long. */
  readonly stalled: number
}

// A page of the dashboard asks some ten questions at once; all of them wait rather than fail.
const queryGate: GateLimits = { running: 6, runningPerClient: 3, waiting: 200, waitingPerClient: 32, waitMs: 10_000 }
const exportGate: GateLimits = { running: 4, runningPerClient: 2, waiting: 0, waitingPerClient: 0, waitMs: 0 }

export const apiPrefix = '/api/v1'

/** Adds the API to an app. The app's `maxParamLength` should allow 200 characters. Gives what its bounds have counted. */
export const registerApi = (app: FastifyInstance, options: ApiOptions): { counts(): ApiCounts } => {
  const share = options.workShare ?? 0.25
  const work: Rate = { perSecond: 1000 * share, burst: 4000 * share }
  const budget: TokenBucket = { tokens: work.burst, at: options.monotonic() }
  const gates = {
    queries: createGate(options.gates?.queries ?? queryGate),
    exports: createGate(options.gates?.exports ?? exportGate),
  }
  let stalled = 0
  const context: ApiContext = {
    gates,
    core: options.core,
    history: options.history,
    deliveries: options.deliveries,
    access: options.access,
    facts: options.facts,
    now: options.now,
    version: options.version,
    summary: createSummaries(options.monotonic),
  }

  const roleCheck = createRoleCheck(options.access)
  const allowedAt = allowedMethods(endpoints, apiPrefix)
  const isSecure = options.isSecure ?? isTls

  const spend = <T>(run: () => T): T => {
    const startedAt = options.monotonic()
    try {
      return run()
    } finally {
      budget.tokens -= options.monotonic() - startedAt
    }
  }

  const answer = (endpoint: Endpoint, request: FastifyRequest, reply: FastifyReply): unknown => {
    const params = endpoint.params.safeParse(paramsOf(request))
    if (!params.success) return parameterProblem(params.error)
    const query = endpoint.query.safeParse(hasBody(endpoint) ? request.body : request.query)
    if (!query.success) return parameterProblem(query.error, hasBody(endpoint) ? 'API_BODY_INVALID' : undefined)
    const handle = (): unknown =>
      endpoint.handle(context, params.data as never, query.data as never, {
        signal: gone(reply),
        spend,
        client: options.clientOf?.(request) ?? request.ip,
        headOnly: request.method === 'HEAD',
        principal: roleCheck.principalOf(request),
        secure: isSecure(request),
      })
    if (!endpoint.heavy) return handle()
    if (refill(budget, work, options.monotonic()) <= 0) {
      return new Problem('API_BUSY', 'Long lists take all the time they may; ask again in a second.')
    }
    return spend(handle)
  }

  void app.register(
    // oxlint-disable-next-line typescript/require-await -- fastify tells plugins apart by their promise
    async (api) => {
      api.addHook('onRequest', async (_, reply) => void reply.headers(securityHeaders))
      api.removeContentTypeParser('text/plain')
      api.setErrorHandler(answerError(options.log, allowedAt))
      api.setNotFoundHandler((request, reply) => answerUnknown(request, reply, allowedAt))
      for (const endpoint of endpoints) {
        // Before a body is read: what nobody may ask costs nothing.
        const onRequest = async (request: FastifyRequest, reply: FastifyReply): Promise<unknown> => {
          const refused = roleCheck.check(endpoint, request)
          return refused && sendProblem(reply, refused)
        }
        const { method, path } = endpoint
        api.route({
          method,
          url: routeOf(path),
          bodyLimit: 16_384,
          onRequest,
          handler: async (request, reply) => {
            const given = await answer(endpoint, request, reply)
            return given instanceof Download
              ? sendDownload(reply, given, {
                  log: options.log,
                  stallMs: options.stallMs ?? 30_000,
                  onStalled: () => stalled++,
                })
              : sendJson(request, reply, given)
          },
        })
      }
      // The pages would answer for these with what they have at paths they do not know.
      const isRead = new Set(endpoints.filter(({ method }) => method === 'GET').map(({ path }) => path))
      for (const { path } of endpoints) {
        if (!isRead.has(path)) api.get(routeOf(path), (request, reply) => answerUnknown(request, reply, allowedAt))
      }
      const description = JSON.stringify(openApiOf(options.version))
      api.get('/openapi.json', (request, reply) => sendText(request, reply, description, 'no-cache'))
    },
    { prefix: apiPrefix },
  )
  return { counts: () => ({ queries: gates.queries.counts(), exports: gates.exports.counts(), stalled }) }
}

/** The last parameter of a path becomes a wildcard: node ids may be long and hold anything, also an unescaped slash. */
const routeOf = (path: string): string => {
  const route = path.replace(/\{node\}$/, '*').replace(/\{(\w+)\}/g, ':$1')
  return route === '/' ? '' : route
}

const paramsOf = (request: FastifyRequest): unknown => {
  const { '*': node, ...params } = request.params as Record<string, string>
  return node === undefined ? params : { ...params, node }
}

const isTls = ({ raw: { socket } }: FastifyRequest): boolean => 'encrypted' in socket && socket.encrypted === true

/** Aborts when the connection closes before the answer is out. */
const gone = (reply: FastifyReply): AbortSignal => {
  const left = new AbortController()
  reply.raw.once('close', () => {
    if (!reply.raw.writableFinished) left.abort()
  })
  return left.signal
}

const sendJson = (request: FastifyRequest, reply: FastifyReply, given: unknown): FastifyReply => {
  if (given instanceof Problem) return sendProblem(reply, given)
  if (given instanceof PersonalAnswer) {
    void reply.headers(given.headers).header('cache-control', 'no-store')
    if (given.body === undefined) return reply.code(204).send()
    return reply.type('application/json; charset=utf-8').send(JSON.stringify(given.body))
  }
  if (given instanceof Answer)
    return sendText(request, reply, JSON.stringify(given.body), `private, max-age=${given.maxAge}`)
  const { next } = given as { readonly next?: unknown }
  if (typeof next === 'string') void reply.header('link', `<${next}>; rel="next"`)
  return sendText(request, reply, JSON.stringify(given), 'no-cache')
}

const sendText = (request: FastifyRequest, reply: FastifyReply, text: string, caching: string): FastifyReply => {
  const tag = weakTag(text)
  void reply.header('etag', tag).header('cache-control', caching).header('vary', 'accept-encoding')
  if (isNamedBy(request.headers['if-none-match'], tag)) return reply.code(304).send()
  return reply.type('application/json; charset=utf-8').send(text)
}
