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
  API_BLOCK_UNKNOWN: { status: 404, title: 'No such block' },
  API_METRIC_UNKNOWN: { status: 404, title: 'No such metric' },
  API_MOMENT_UNKNOWN: { status: 404, title: 'Nothing is known of that moment' },
  API_ROUTE_UNKNOWN: { status: 404, title: 'Nothing is here' },
  API_METHOD_UNKNOWN: { status: 405, title: 'Only GET and HEAD are answered here' },
  API_BUSY: { status: 503, title: 'Too much is asked at the moment' },
  API_HISTORY_UNAVAILABLE: { status: 503, title: 'The history can not be asked' },
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
  constructor(code: ProblemCode, detail: string, more: Readonly<Record<string, unknown>> = {}) {
    this.code = code
    this.detail = detail
    this.more = more
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
  if (status === 405) void reply.header('allow', 'GET, HEAD')
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

/** For what no route answers. */
export const answerUnknown = (request: FastifyRequest, reply: FastifyReply): FastifyReply =>
  sendProblem(
    reply,
    request.method === 'GET' || request.method === 'HEAD'
      ? new Problem('API_ROUTE_UNKNOWN', '/api/v1/openapi.json describes what there is.')
      : new Problem('API_METHOD_UNKNOWN', 'Nothing is changed through this server.'),
  )

/** For what a route throws: the reason goes into the log and not to whoever asked. */
export const answerError =
  (log: Pick<Logger, 'error'>) =>
  (
    error: Error & { readonly statusCode?: number; readonly code?: string },
    request: FastifyRequest,
    reply: FastifyReply,
  ): void => {
    // Fastify looks at bodies and their types before it knows whether the method is answered.
    if (request.method !== 'GET' && request.method !== 'HEAD' && (error.statusCode ?? 500) < 500)
      answerUnknown(request, reply)
    else if (error.code === 'FST_ERR_BAD_URL')
      sendProblem(reply, new Problem('API_URL_INVALID', 'A % is followed by two hex digits, of UTF-8 text.'))
    else if ((error.statusCode ?? 500) < 500) sendProblem(reply, new Problem('API_PARAMETER_INVALID', error.message))
    else {
      log.error({ error, method: request.method, path: request.url.slice(0, 300) }, 'a request failed')
      sendProblem(reply, new Problem('API_FAILED', 'This is not your fault; the log of the server has the reason.'))
    }
  }

/** Zod's findings as a problem that names every wrong parameter. */
export const parameterProblem = (error: z.ZodError): Problem => {
  const errors = error.issues.slice(0, 20).map((issue) => ({
    parameter: (issue.code === 'unrecognized_keys' ? issue.keys.join(', ') : issue.path.join('.')).slice(0, 100),
    message: issue.message.slice(0, 300),
  }))
  const detail = errors.map((e) => `${e.parameter}: ${e.message}`).join('; ')
  return new Problem('API_PARAMETER_INVALID', detail.slice(0, 1000), { errors })
}
