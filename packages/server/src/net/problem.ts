/** Faults as RFC 9457 problems. A code never changes its meaning; the detail is for people. */
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Logger } from '@netstats/sdk'
import { z } from 'zod'

interface Fault {
  readonly status: number
  readonly title: string
  /** Seconds; 1 by default. */
  readonly retryAfter?: number
}

export const problemCodes = {
  API_URL_INVALID: { status: 400, title: 'The URL is not understood' },
  API_PARAMETER_INVALID: { status: 400, title: 'A parameter is wrong' },
  API_FILTER_INVALID: { status: 400, title: 'The filter is not understood' },
  API_RANGE_INVALID: { status: 400, title: 'The range is wrong' },
  API_CURSOR_INVALID: { status: 400, title: 'The cursor does not belong here' },
  API_QUERY_TOO_LARGE: { status: 400, title: 'More is asked than can be worked out' },
  API_NETWORK_UNKNOWN: { status: 404, title: 'No such network' },
  API_NODE_UNKNOWN: { status: 404, title: 'No such node' },
  API_NODE_ACTIVE: { status: 409, title: 'The node is active' },
  API_NETWORK_EXISTS: { status: 409, title: 'There is such a network already' },
  API_TOO_MANY_NODES: { status: 409, title: 'More nodes than can be moved at once' },
  API_BLOCK_UNKNOWN: { status: 404, title: 'No such block' },
  API_CONSENSUS_UNKNOWN: { status: 404, title: 'Nothing is known of validators' },
  API_METRIC_UNKNOWN: { status: 404, title: 'No such metric' },
  API_TIME_UNKNOWN: { status: 404, title: 'Nothing is known of that time' },
  API_ALARM_UNKNOWN: { status: 404, title: 'No such alarm' },
  API_SILENCE_UNKNOWN: { status: 404, title: 'No such silence' },
  API_SILENCES_FULL: { status: 409, title: 'As many silences as there may be' },
  API_ALARMS_OFF: { status: 503, title: 'Alarms are turned off', retryAfter: 600 },
  API_RECEIVER_UNKNOWN: { status: 404, title: 'No such receiver' },
  API_ROUTE_UNKNOWN: { status: 404, title: 'Nothing is here' },
  API_METHOD_UNKNOWN: { status: 405, title: 'The method is not answered here' },
  API_BODY_INVALID: { status: 400, title: 'The body is wrong' },
  API_BODY_TOO_LARGE: { status: 413, title: 'The body is too long' },
  API_BODY_TYPE: { status: 415, title: 'The body is not JSON' },
  API_LOGIN_REQUIRED: { status: 401, title: 'One must log in for this' },
  API_LOGIN_WRONG: { status: 401, title: 'Name and password do not belong together' },
  API_ROLE_TOO_LOW: { status: 403, title: 'The role does not allow this' },
  API_ORIGIN_REFUSED: { status: 403, title: 'The request comes from a page of another site' },
  API_HOST_REFUSED: { status: 421, title: 'The server does not have this name' },
  API_LOCKED_OUT: { status: 429, title: 'Too many logins failed' },
  API_AGENT_UNKNOWN: { status: 404, title: 'No such agent' },
  API_AGENT_EXISTS: { status: 409, title: 'There is such an agent already' },
  API_KEY_INVALID: { status: 400, title: 'The key is not understood' },
  API_KEY_TAKEN: { status: 409, title: 'The key belongs to another agent' },
  API_USER_UNKNOWN: { status: 404, title: 'No such user' },
  API_USER_EXISTS: { status: 409, title: 'There is such a user already' },
  API_USER_KIND: { status: 409, title: 'The user is not of that kind' },
  API_PASSWORD_WEAK: { status: 400, title: 'The password is too weak' },
  API_LAST_ADMIN: { status: 409, title: 'Somebody must remain who may administer' },
  API_AUTH_FULL: { status: 409, title: 'As many are known as are kept' },
  API_AUTH_BUSY: { status: 503, title: 'Too many log in at the moment', retryAfter: 5 },
  API_AUTH_UNAVAILABLE: { status: 503, title: 'The file of agents and users cannot be used', retryAfter: 10 },
  API_BUSY: { status: 503, title: 'Too much is asked at the moment' },
  API_HISTORY_UNAVAILABLE: { status: 503, title: 'The history cannot be asked' },
  API_HISTORY_BUSY: { status: 503, title: 'Too much is asked of the history at the moment', retryAfter: 2 },
  API_EXPORT_BUSY: { status: 503, title: 'Too many exports are under way', retryAfter: 10 },
  API_QUERY_TIMEOUT: { status: 503, title: 'The history took too long to answer', retryAfter: 10 },
  API_FAILED: { status: 500, title: 'The server made a mistake' },
} as const satisfies Readonly<Record<string, Fault>>
export type ProblemCode = keyof typeof problemCodes

/** What a handler gives in place of a body. */
export class Problem {
  readonly code: ProblemCode
  readonly detail: string
  readonly more: Readonly<Record<string, unknown>>
  readonly headers: Readonly<Record<string, string>>
  constructor(
    code: ProblemCode,
    detail: string,
    more: Readonly<Record<string, unknown>> = {},
    headers: Readonly<Record<string, string>> = {},
  ) {
    this.code = code
    this.detail = detail
    this.more = more
    this.headers = headers
  }
}

export const problemSchema = z.object({
  type: z.string().describe('Always `about:blank`: the code tells problems apart.'),
  title: z.string(),
  status: z.int(),
  code: z.enum(Object.keys(problemCodes) as [ProblemCode, ...ProblemCode[]]),
  detail: z.string(),
  instance: z.string().describe('The path that was asked for.'),
  errors: z
    .array(z.object({ parameter: z.string(), message: z.string() }))
    .optional()
    .describe('Each parameter that is wrong.'),
  position: z.int().optional().describe('Where a filter could not be read, from 0.'),
  expected: z.string().optional().describe('What would have been right at that position.'),
})

export const sendProblem = (reply: FastifyReply, problem: Problem): FastifyReply => {
  const { status, title, retryAfter = 1 }: Fault = problemCodes[problem.code]
  if (status === 503) void reply.header('retry-after', String(retryAfter))
  if (status === 401) void reply.header('www-authenticate', 'Bearer')
  void reply.headers(problem.headers)
  const instance = reply.request.url.split('?')[0]?.slice(0, 300) ?? ''
  return reply
    .code(status)
    .header('cache-control', 'no-store')
    .type('application/problem+json; charset=utf-8')
    .send(
      JSON.stringify({
        type: 'about:blank',
        title,
        status,
        code: problem.code,
        detail: problem.detail,
        instance,
        ...problem.more,
      }),
    )
}

/** What is answered at a path that is known, for `Allow`. */
export type AllowedAt = (path: string) => string
const reading: AllowedAt = () => 'GET, HEAD'

const pathOf = (request: FastifyRequest): string => request.url.split('?')[0] ?? ''

/** For what no route answers. */
export const answerUnknown = (request: FastifyRequest, reply: FastifyReply, allowedAt = reading): FastifyReply => {
  const allow = allowedAt(pathOf(request))
  return sendProblem(
    reply,
    allow.split(', ').includes(request.method)
      ? new Problem('API_ROUTE_UNKNOWN', '/api/v1/openapi.json describes what there is.')
      : new Problem('API_METHOD_UNKNOWN', `What is answered here: ${allow}.`, {}, { allow }),
  )
}

/** For what a route throws: the reason goes into the log and not to the client. */
export const answerError =
  (log: Pick<Logger, 'error'>, allowedAt = reading) =>
  (
    error: Error & { readonly statusCode?: number; readonly code?: string },
    request: FastifyRequest,
    reply: FastifyReply,
  ): void => {
    const status = error.statusCode ?? 500
    const isReading = request.method === 'GET' || request.method === 'HEAD'
    // Fastify looks at bodies and their types before it knows whether the method is answered.
    if (!isReading && status < 500 && !allowedAt(pathOf(request)).split(', ').includes(request.method))
      answerUnknown(request, reply, allowedAt)
    else if (error.code === 'FST_ERR_BAD_URL')
      sendProblem(reply, new Problem('API_URL_INVALID', 'A % is followed by two hex digits, of UTF-8 text.'))
    else if (status === 413) sendProblem(reply, new Problem('API_BODY_TOO_LARGE', 'Nothing here takes so much.'))
    else if (status === 415) sendProblem(reply, new Problem('API_BODY_TYPE', 'Send it as application/json.'))
    else if (status < 500 && !isReading)
      sendProblem(reply, new Problem('API_BODY_INVALID', 'Expected a JSON object in UTF-8, sent as application/json.'))
    else if (status < 500) sendProblem(reply, new Problem('API_PARAMETER_INVALID', error.message))
    else {
      log.error({ error, method: request.method, path: request.url.slice(0, 300) }, 'a request failed')
      sendProblem(reply, new Problem('API_FAILED', 'This is not your fault; the log of the server has the reason.'))
    }
  }

/** Zod's findings as a problem that names every wrong parameter. */
export const parameterProblem = (error: z.ZodError, code: ProblemCode = 'API_PARAMETER_INVALID'): Problem => {
  const errors = error.issues.slice(0, 20).map((issue) => ({
    parameter: (issue.code === 'unrecognized_keys' ? issue.keys.join(', ') : issue.path.join('.')).slice(0, 100),
    message: issue.message.slice(0, 300),
  }))
  const detail = errors.map((e) => `${e.parameter}: ${e.message}`).join('; ')
  return new Problem(code, detail.slice(0, 1000), { errors })
}
