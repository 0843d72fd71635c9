/** From a request to what its endpoint gives: parameters are checked, then a place in the time budget is taken. */
import { nameOfSegment } from '@netstats/protocol'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { FairShare } from '@netstats/sdk/limits'
import { originOf } from '@netstats/sdk/limits'
import { Problem, parameterProblem } from '../net/problem.ts'
import type { WebGuard } from '../net/web-guard.ts'
import type { RoleCheck } from './authorize.ts'
import { hasBody } from './endpoint.ts'
import type { ApiContext, Endpoint } from './endpoint.ts'
import { asksOfPast, networkNamed } from './network-alias.ts'

/** What all endpoints share. */
export interface ApiState {
  readonly context: ApiContext
  /** Milliseconds of work on long lists. */
  readonly work: FairShare
  /** Milliseconds that never step. */
  readonly monotonic: () => number
  readonly web: WebGuard
  readonly roleCheck: RoleCheck
  readonly isSecure: (request: FastifyRequest) => boolean
  readonly clientOf: (request: FastifyRequest) => string
  readonly prefixOf: (request: FastifyRequest) => string
  /** Exports ended because the client took nothing for too long. */
  stalled: number
}

/** Runs work and takes its time off the budget of heavy endpoints. */
export const spend = <T>({ work, monotonic }: ApiState, origin: string, run: () => T): T => {
  const startedAt = monotonic()
  try {
    return run()
  } finally {
    const endedAt = monotonic()
    work.charge(origin, endedAt, endedAt - startedAt)
  }
}

export const answerRequest = (
  state: ApiState,
  endpoint: Endpoint,
  request: FastifyRequest,
  reply: FastifyReply,
): unknown => {
  const params = endpoint.params.safeParse(paramsOf(state, request, endpoint))
  if (!params.success) return parameterProblem(params.error)
  const query = endpoint.query.safeParse(hasBody(endpoint) ? (request.body ?? {}) : request.query)
  if (!query.success) return parameterProblem(query.error, hasBody(endpoint) ? 'API_BODY_INVALID' : undefined)
  const client = state.clientOf(request)
  const origin = originOf(client)
  const handle = (): unknown =>
    endpoint.handle(state.context, params.data as never, query.data as never, {
      signal: gone(reply),
      spend: (run) => spend(state, origin, run),
      client,
      origin,
      headOnly: request.method === 'HEAD',
      principal: state.roleCheck.principalOf(request),
      secure: state.isSecure(request),
      prefix: state.prefixOf(request),
      feedFault: (page) => state.web.why(request.raw, 'feed', page),
    })
  if (!endpoint.heavy) return handle()
  if (!state.work.mayGoOn(origin, state.monotonic())) {
    return new Problem('API_BUSY', 'Long lists take all the time they may; ask again in a second.')
  }
  return spend(state, origin, handle)
}

const paramsOf = ({ context }: ApiState, request: FastifyRequest, endpoint: Endpoint): unknown => {
  const { network, ...others } = namesOf(request)
  if (network === undefined) return others
  return { ...others, network: networkNamed(context, network, asksOfPast(endpoint, request.query)) }
}

const namesOf = (request: FastifyRequest): Readonly<Record<string, string>> => {
  const { '*': node, ...params } = request.params as Record<string, string>
  const given = node === undefined ? params : { ...params, node }
  return Object.fromEntries(Object.entries(given).map(([name, value]) => [name, nameOfSegment(value)]))
}

/** Aborts when the connection closes before the answer is out. */
const gone = (reply: FastifyReply): AbortSignal => {
  const left = new AbortController()
  reply.raw.once('close', () => {
    if (!reply.raw.writableFinished) left.abort()
  })
  return left.signal
}
