/** Routes of /api/v1: who asks is looked at first, then what is asked; then it is answered or explained. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Logger } from '@netstats/sdk'
import type { Auth } from '../auth/mod.ts'
import type { Principal } from '../auth/http-authenticator.ts'
import { createFairShare, originOf } from '@netstats/sdk/limits'
import type { FairShareLimits } from '@netstats/sdk/limits'
import type { HistoryReader } from '../history/history-model.ts'
import { createPlainWebGuard } from '../net/web-guard.ts'
import type { WebGuard } from '../net/web-guard.ts'
import type { ServerStatus } from '../status/server-status.ts'
import type { Core } from '../shard/shard-model.ts'
import { answerRequest, spend } from './answer-request.ts'
import type { ApiState } from './answer-request.ts'
import { allowedMethods, createRoleCheck } from './authorize.ts'
import { Download, sendDownload } from './download.ts'
import type { ApiContext, Endpoint } from './endpoint.ts'
import { endpoints } from './endpoints.ts'
import { createGate } from './gate.ts'
import type { GateCounts, GateLimits } from './gate.ts'
import { securityHeaders } from '../net/security-headers.ts'
import { openApiOf } from './openapi.ts'
import { Problem, answerError, answerUnknown, sendProblem } from '../net/problem.ts'
import { below, sendJson, sendText } from './send.ts'
import { createSummaries } from './summaries.ts'

export interface ApiOptions {
  readonly core: Pick<Core, 'networks' | 'network'>
  /** Where the past is asked for; without it, only the present is known. */
  readonly history?: HistoryReader
  /** What is concluded of validators. */
  readonly consensus?: ApiContext['consensus']
  /** What agents have delivered. */
  readonly deliveries?: ApiContext['deliveries']
  /** What rules have found; without it, alarms are off. */
  readonly alarms?: ApiContext['alarms']
  /** Who is notified of alarms. */
  readonly receivers?: ApiContext['receivers']
  /** Who may ask what; without it everybody may look, and nobody more. */
  readonly auth?: Auth
  /** Whether the connection is encrypted, behind trusted proxies that of their client; by default whether it is TLS. */
  readonly isSecure?: (request: FastifyRequest) => boolean
  /** Which web pages may do what; by default those of this server only. */
  readonly web?: WebGuard
  /** Path below which anyone who asks finds the server, without a slash at its end; by default none. */
  readonly prefixOf?: (request: FastifyRequest) => string
  /** What the server says of itself. */
  readonly status?: () => ServerStatus
  readonly version: string
  readonly log: Pick<Logger, 'error'>
  /** Wall clock, milliseconds. */
  readonly now: () => number
  /** Milliseconds that never step. */
  readonly monotonic: () => number
  /** Share of one core that answers in proportion to the size of a network may take; beyond it: 503 with Retry-After. */
  readonly workShare?: number
  /** Address of the one who asks; by default that of the connection. */
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
export const queryGate: GateLimits = {
  running: 6,
  runningPerClient: 3,
  waiting: 200,
  waitingPerClient: 32,
  waitMs: 10_000,
}
export const exportGate: GateLimits = { running: 4, runningPerClient: 2, waiting: 0, waitingPerClient: 0, waitMs: 0 }

/** Milliseconds of work on long lists: a share of a core for all, half of that for one address, four seconds' worth at once. */
export const heavyWork = (share = 0.25): FairShareLimits => ({
  all: { perSecond: 1000 * share, burst: 4000 * share },
  each: { perSecond: 500 * share, burst: 2000 * share },
})

export const apiPrefix = '/api/v1'

/** Adds the API to an app. The app's `maxParamLength` should allow 200 characters. Gives what its bounds have counted. */
export const registerApi = (app: FastifyInstance, options: ApiOptions): { counts(): ApiCounts } => {
  const gates = {
    queries: createGate(options.gates?.queries ?? queryGate),
    exports: createGate(options.gates?.exports ?? exportGate),
  }
  const web = options.web ?? createPlainWebGuard()
  const state: ApiState = {
    context: {
      gates,
      core: options.core,
      consensus: options.consensus,
      history: options.history,
      deliveries: options.deliveries,
      alarms: options.alarms,
      receivers: options.receivers,
      auth: options.auth,
      status: options.status,
      now: options.now,
      version: options.version,
      summary: createSummaries(options.monotonic),
    },
    work: createFairShare(heavyWork(options.workShare), options.monotonic()),
    monotonic: options.monotonic,
    web,
    roleCheck: createRoleCheck(options.auth, ({ raw }) => web.isFromElsewhere(raw)),
    isSecure: options.isSecure ?? isTls,
    clientOf: (request) => options.clientOf?.(request) ?? request.ip,
    prefixOf: options.prefixOf ?? (() => ''),
    stalled: 0,
  }
  const allowedAt = allowedMethods(endpoints, apiPrefix)
  void app.register(
    // Async, although nothing waits: fastify tells plugins apart by their promise.
    async (api) => {
      api.addHook('onRequest', async (_, reply) => void reply.headers(securityHeaders))
      api.removeContentTypeParser('text/plain')
      api.setErrorHandler(answerError(options.log, allowedAt))
      api.setNotFoundHandler((request, reply) => answerUnknown(request, reply, allowedAt))
      for (const endpoint of endpoints) addEndpoint(api, endpoint, state, options)
      // The pages would answer for these with what they have at paths they do not know.
      const isRead = new Set(endpoints.filter(({ method }) => method === 'GET').map(({ path }) => path))
      for (const path of new Set(endpoints.map(({ path }) => path))) {
        if (!isRead.has(path)) api.get(routeOf(path), (request, reply) => answerUnknown(request, reply, allowedAt))
      }
      addDescription(api, state, options.version)
    },
    { prefix: apiPrefix },
  )
  return {
    counts: () => ({ queries: gates.queries.counts(), exports: gates.exports.counts(), stalled: state.stalled }),
  }
}

const addEndpoint = (api: FastifyInstance, endpoint: Endpoint, state: ApiState, options: ApiOptions): void => {
  const { method, path, personal, produces, heavy } = endpoint
  const { clientOf, prefixOf, roleCheck } = state
  api.route({
    method,
    url: routeOf(path),
    bodyLimit: 16_384,
    ...(personal || produces !== undefined ? { compress: false } : {}),
    // Before a body is read: what nobody may ask costs nothing.
    onRequest: async (request, reply) => {
      const refused = roleCheck.check(endpoint, request)
      if (refused !== undefined) options.auth?.httpAuthenticator.noteBadToken(request.raw, clientOf(request))
      return refused && sendProblem(reply, refused)
    },
    handler: async (request, reply) => {
      const given = await answerRequest(state, endpoint, request, reply)
      if (given instanceof Download) {
        endWithRight(options.auth, roleCheck.principalOf(request), reply)
        const stallMs = options.stallMs ?? 30_000
        return sendDownload(reply, given, { log: options.log, stallMs, onStalled: () => state.stalled++ })
      }
      // What is written of a long list is half of its work. That none is written is none.
      const write = (): FastifyReply => sendJson(request, reply, below(prefixOf(request), given))
      const isWork = heavy && !(given instanceof Problem)
      return isWork ? spend(state, originOf(clientOf(request)), write) : write()
    },
  })
}

/** An export goes on for as long as its client takes; without the right it was begun with it ends. */
const endWithRight = (auth: Auth | undefined, principal: Principal | undefined, reply: FastifyReply): void => {
  const httpAuthenticator = auth?.httpAuthenticator
  if (principal === undefined || httpAuthenticator === undefined || httpAuthenticator.anonymous !== undefined) return
  reply.raw.once(
    'close',
    httpAuthenticator.onEnd(principal, () => reply.raw.destroy()),
  )
}

const addDescription = (api: FastifyInstance, { prefixOf }: ApiState, version: string): void => {
  const description = JSON.stringify(openApiOf(version))
  api.get('/openapi.json', (request, reply) => {
    const server = JSON.stringify(`${prefixOf(request)}${apiPrefix}`)
    const text = description.replace(JSON.stringify(apiPrefix), () => server)
    return sendText(request, reply, text, 'no-cache')
  })
}

/** The last parameter of a path becomes a wildcard: node ids may be long and hold anything, also an unescaped slash. */
const routeOf = (path: string): string => {
  const route = path.replace(/\{node\}$/, '*').replace(/\{(\w+)\}/g, ':$1')
  return route === '/' ? '' : route
}

const isTls = ({ raw: { socket } }: FastifyRequest): boolean => 'encrypted' in socket && socket.encrypted === true
