/** One request on the control socket, from its first byte to the last line of its answer. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { isAbsolute } from 'node:path'
import { StoreError } from '@netstats/sdk/store'
import type { AdminOptions, Progress } from '@netstats/sdk/store'
import type { Logger } from '@netstats/sdk'
import type { z } from 'zod'
import { ServerError } from '../errors.ts'
import type { StoreAdmin } from './admin.ts'
import { isOperationName, operations } from '../access/operations.ts'
import type { AccessAdmin, Operation } from '../access/operations.ts'
import { accessRequest, errorLine, isRequestName, maxRequestBytes, requests } from './protocol.ts'
import type { AnswerLine, RequestName } from './protocol.ts'

interface HandleContext {
  readonly admin: () => StoreAdmin
  readonly access: AccessAdmin | undefined
  readonly gate: Gate
  /** Aborts when the server ends. */
  readonly signal: AbortSignal
  readonly log: Logger
}

/** Long work is done one at a time: two at once would only slow each other and the writing down. */
export type Gate = <T>(name: RequestName, work: () => Promise<T>) => Promise<T>
export const createGate = (): Gate => {
  let busy: RequestName | undefined
  return async (name, work) => {
    if (name === 'info') return work()
    if (busy !== undefined) {
      throw new StoreError(
        'STORE_BUSY',
        `The server is at work on another request (${busy}); ask again when it is done.`,
        {
          retryable: true,
        },
      )
    }
    busy = name
    try {
      return await work()
    } finally {
      busy = undefined
    }
  }
}

/** Never rejects: whatever is wrong is said to whoever asked. */
export const handle = async (
  request: IncomingMessage,
  response: ServerResponse,
  { admin, access, gate, signal, log }: HandleContext,
): Promise<void> => {
  const gone = new AbortController()
  // Also after a complete answer, when nobody looks at it any more.
  response.once('close', () => gone.abort(new StoreError('STORE_QUERY_CANCELLED', 'Nobody waits for it any more.')))
  response.on('error', () => undefined)
  try {
    const asked = /^\/access\/([a-z]+\/[a-z]+)$/.exec(request.url ?? '')?.[1]
    if (asked !== undefined) return await administer(request, response, { access, log }, asked)
    const job = await read(request)
    const lines = openLines(response)
    const from = performance.now()
    try {
      const value = await gate(job.name, () =>
        run(job, admin(), {
          signal: AbortSignal.any([signal, gone.signal]),
          onProgress: (step) => lines.progress(step),
        }),
      )
      lines.last({ type: 'result', value })
      log.info({ request: job.name, ms: Math.round(performance.now() - from) }, 'answered on the control socket')
    } catch (error) {
      const shown = signal.aborted ? signal.reason : error
      lines.last(errorLine(shown))
      log.warn({ request: job.name, error: shown }, 'a request on the control socket failed')
    }
  } catch (error) {
    const status = error instanceof Refusal ? error.status : 400
    response.writeHead(status, { 'content-type': contentType, connection: 'close' })
    response.end(`${JSON.stringify(errorLine(error))}\n`)
  }
}

const contentType = 'application/x-ndjson'

class Refusal extends ServerError {
  readonly status: number
  constructor(status: number, message: string) {
    super('SERVER_CONTROL_REFUSED', message)
    this.status = status
  }
}

type Job = {
  [N in RequestName]: { readonly name: N; readonly args: ReturnType<(typeof requests)[N]['parse']> }
}[RequestName]

const unknown = 'This server does not know the request; is the command newer than it?'

/** Done at once: there is nothing to cancel, and no progress to tell of. */
const administer = async (
  request: IncomingMessage,
  response: ServerResponse,
  { access, log }: Pick<HandleContext, 'access' | 'log'>,
  name: string,
): Promise<void> => {
  if (!isOperationName(name) || access === undefined) throw new Refusal(404, unknown)
  const operation = operations[name] as unknown as Operation
  const asked = accessRequest.safeParse(await readBody(request))
  if (!asked.success) throw refusalOf(asked.error)
  const args = operation.args.safeParse(asked.data.args)
  if (!args.success) throw refusalOf(args.error)
  const lines = openLines(response)
  try {
    const actor = { name: asked.data.as, via: 'cli', address: '' } as const
    lines.last({ type: 'result', value: await operation.run(access, actor, args.data) })
    // Neither arguments nor answer: both may hold a secret.
    log.info({ request: name }, 'answered on the control socket')
  } catch (error) {
    lines.last(errorLine(error))
    log.warn({ request: name, error }, 'a request on the control socket failed')
  }
}

const refusalOf = (error: z.ZodError): Refusal =>
  new Refusal(400, error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; '))

const readBody = async (request: IncomingMessage): Promise<unknown> => {
  if (request.method !== 'POST') throw new Refusal(405, 'Only POST is answered on the control socket.')
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes > maxRequestBytes) throw new Refusal(413, 'The request is too long.')
    chunks.push(chunk)
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8') || '{}')
  } catch {
    throw new Refusal(400, 'The request is not JSON.')
  }
}

const read = async (request: IncomingMessage): Promise<Job> => {
  const name = /^\/store\/([a-z]+)$/.exec(request.url ?? '')?.[1] ?? ''
  if (!isRequestName(name)) throw new Refusal(404, unknown)
  const args = requests[name].safeParse(await readBody(request))
  if (!args.success) throw refusalOf(args.error)
  const job = { name, args: args.data } as Job
  if (job.name === 'backup' && !isAbsolute(job.args.path)) throw new Refusal(400, 'path: it is not absolute')
  return job
}

const run = (job: Job, admin: StoreAdmin, options: AdminOptions): Promise<unknown> => {
  switch (job.name) {
    case 'info':
      return admin.info(options)
    case 'verify':
      return admin.verify(options)
    case 'backup':
      return admin.backup(job.args.path, options)
    case 'prune':
      return admin.prune({ dryRun: job.args.dryRun ?? false, ...options })
  }
}

interface Lines {
  progress(step: Progress): void
  last(line: AnswerLine): void
}

/** A reader that is slow gets the latest progress, never a queue of it. */
const openLines = (response: ServerResponse): Lines => {
  let begun = false
  let blocked = false
  let waiting: Progress | undefined
  const put = (line: AnswerLine): boolean => {
    if (!begun) response.writeHead(200, { 'content-type': contentType, connection: 'close' })
    begun = true
    return response.write(`${JSON.stringify(line)}\n`)
  }
  const progress = (step: Progress): void => {
    if (blocked) waiting = step
    else blocked = !put({ type: 'progress', done: step.done, all: step.all, what: step.what })
  }
  response.on('drain', () => {
    blocked = false
    const step = waiting
    waiting = undefined
    if (step !== undefined && !response.writableEnded) progress(step)
  })
  return {
    progress: (step) => {
      if (!response.destroyed && !response.writableEnded) progress(step)
    },
    last: (line) => {
      if (response.destroyed) return
      put(line)
      response.end()
    },
  }
}
