/** The requests of the admin socket and their answers. */
import { Readable } from 'node:stream'
import Fastify from 'fastify'
import type { FastifyInstance } from 'fastify'
import { channel } from '@netstats/sdk'
import type { Logger } from '@netstats/sdk'
import { StoreError } from '@netstats/store'
import type { AdminOptions } from '@netstats/store'
import { z } from 'zod'
import type { AlarmReceivers } from '../alarms/notifier/receivers.ts'
import type { AuthAdmin, Operation } from '../auth/operation.ts'
import { operations } from '../auth/operations.ts'
import { ServerError } from '../lib/errors.ts'
import type { StoreAdmin } from './admin.ts'
import { errorLineOf } from './protocol.ts'
import type { AnswerLine } from './protocol.ts'
import { addReceiverRequests } from './receiver-requests.ts'
import { storeOperations } from './store-operations.ts'

export interface AdminAppOptions {
  readonly admin: StoreAdmin
  /** Agents and users; without it those requests are not known. */
  readonly auth?: AuthAdmin | undefined
  /** Who is notified of alarms; without it those requests are not known. */
  readonly receivers?: AlarmReceivers | undefined
  readonly log: Logger
  /** Aborts when the server ends. */
  readonly signal: AbortSignal
}

export interface AdminApp {
  readonly app: FastifyInstance
  /** Ends with the work under way, also that nobody waits for any more. */
  readonly idle: () => Promise<unknown>
}

/** A request is small and comes from this machine. */
const requestTimeoutMs = 10_000
/** Steps that wait for a reader that is slow: then the oldest are left out. */
const maxSteps = 16

type StoreRun = (admin: StoreAdmin, args: unknown, options: AdminOptions) => Promise<unknown>

export const createAdminApp = ({ admin, auth, receivers, log, signal }: AdminAppOptions): AdminApp => {
  const app = Fastify({
    logger: false,
    bodyLimit: 1 << 16,
    requestTimeout: requestTimeoutMs,
    http: { headersTimeout: requestTimeoutMs, connectionsCheckingInterval: 1000 },
  })
  app.setValidatorCompiler<z.ZodType>(
    ({ schema }) =>
      (body) =>
        checked(schema, body),
  )
  app.setErrorHandler((error: Error & { statusCode?: number }, _, reply) => {
    const { statusCode = 500, message } = error
    const shown = statusCode < 500 ? new ServerError('SERVER_ADMIN_REFUSED', message, { cause: error }) : error
    return reply.code(statusCode).send(errorLineOf(shown))
  })
  app.setNotFoundHandler((_, reply) => {
    const unknown = 'This server does not know the request; is the command newer than it?'
    return reply.code(404).send(errorLineOf(new ServerError('SERVER_ADMIN_REFUSED', unknown)))
  })

  /** Neither arguments nor answer are logged: both may hold a secret. */
  const logged = async (request: string, work: Promise<unknown>): Promise<AnswerLine> => {
    const from = performance.now()
    try {
      const value = await work
      log.info({ request, ms: Math.round(performance.now() - from) }, 'answered on the admin socket')
      return { type: 'result', value }
    } catch (error) {
      const shown = signal.aborted ? signal.reason : error
      log.warn({ request, error: shown }, 'a request on the admin socket failed')
      return errorLineOf(shown)
    }
  }

  const oneAtATime = createGate()
  const running = new Set<Promise<unknown>>()
  for (const [name, { args, run }] of Object.entries(storeOperations)) {
    app.post(`/store/${name}`, { schema: { body: args } }, (request, reply) => {
      const left = new AbortController()
      reply.raw.once('close', () =>
        left.abort(new StoreError('STORE_QUERY_CANCELLED', 'Nobody waits for it any more.')),
      )
      const work = (onProgress: AdminOptions['onProgress']): Promise<unknown> =>
        (run as StoreRun)(admin, request.body, {
          signal: AbortSignal.any([signal, left.signal]),
          ...(onProgress === undefined ? {} : { onProgress }),
        })
      const steps = channel<AnswerLine>({ capacity: maxSteps, overflow: 'drop-oldest' })
      const report: AdminOptions['onProgress'] = ({ done, all, what }) =>
        void steps.trySend({ type: 'progress', done, all, what })
      const last = logged(name, name === 'info' ? work(undefined) : oneAtATime(name, () => work(report)))
      running.add(last)
      void last.finally(() => {
        running.delete(last)
        steps.close()
      })
      return reply.type('application/x-ndjson').send(Readable.from(linesOf(steps, last), { objectMode: false }))
    })
  }
  for (const [name, one] of Object.entries(auth === undefined ? {} : operations)) {
    const { args, run } = one as unknown as Operation
    const body = z.strictObject({ as: z.string().max(200), args })
    app.post<{ Body: z.output<typeof body> }>(`/auth/${name}`, { schema: { body } }, ({ body }) => {
      const actor = { name: body.as, via: 'cli', address: '' } as const
      return logged(name, (async () => run(auth as AuthAdmin, actor, body.args))())
    })
  }
  if (receivers !== undefined) addReceiverRequests(app, receivers, logged)
  return { app, idle: () => Promise.all(running) }
}

const checked = (schema: z.ZodType, body: unknown): { value: unknown } | { error: Error } => {
  const read = schema.safeParse(body)
  if (read.success) return { value: read.data }
  return { error: new Error(read.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ')) }
}

async function* linesOf(steps: AsyncIterable<AnswerLine>, last: Promise<AnswerLine>): AsyncGenerator<string> {
  for await (const step of steps) yield `${JSON.stringify(step)}\n`
  yield `${JSON.stringify(await last)}\n`
}

/** Long work is done one at a time: two at once would only slow each other and the writing down. */
const createGate = (): (<T>(name: string, work: () => Promise<T>) => Promise<T>) => {
  let busy: string | undefined
  return async (name, work) => {
    if (busy !== undefined) {
      const message = `The server is at work on another request (${busy}); ask again when it is done.`
      throw new StoreError('STORE_BUSY', message, { retryable: true })
    }
    busy = name
    try {
      return await work()
    } finally {
      busy = undefined
    }
  }
}
