/** A command's side of the admin socket. */
import { once } from 'node:events'
import { request } from 'node:http'
import type { IncomingMessage } from 'node:http'
import { BaseError } from '@netstats/protocol'
import { StoreError } from '@netstats/store'
import type { AdminOptions } from '@netstats/store'
import type { z } from 'zod'
import { operations } from '../auth/operations.ts'
import type { ArgsOf, OperationName, ResultOf } from '../auth/operations.ts'
import { ServerError } from '../lib/errors.ts'
import { findSocketPaths, isListening } from '../net/unix-socket-path.ts'
import type { StoreAdmin } from './admin.ts'
import { answerLine, errorOf, maxLineBytes } from './protocol.ts'
import { storeOperations } from './store-operations.ts'
import type { StoreOperationName } from './store-operations.ts'

type StoreResult<N extends StoreOperationName> = z.output<(typeof storeOperations)[N]['result']>

/** The server that owns a data folder; undefined where none answers. */
export const findAdmin = async (data: string): Promise<StoreAdmin | undefined> => {
  const socketPath = await listeningPath(data)
  if (socketPath === undefined) return undefined
  const ask = async <N extends StoreOperationName>(name: N, args: object, options: AdminOptions = {}) =>
    checked(storeOperations[name].result, await answerTo(socketPath, `/store/${name}`, args, options)) as StoreResult<N>
  return {
    info: (options) => ask('info', {}, options),
    verify: (options) => ask('verify', {}, options),
    backup: (path, options) => ask('backup', { path }, options),
    accept: (options) => ask('accept', {}, options),
    prune: ({ dryRun = false, ...options } = {}) => ask('prune', { dryRun }, options),
  }
}

/** Asks the server of a data folder for an operation on agents and users; undefined where no server answers. */
export const findAuth = async (
  data: string,
): Promise<(<N extends OperationName>(name: N, as: string, args: ArgsOf<N>) => Promise<ResultOf<N>>) | undefined> => {
  const socketPath = await listeningPath(data)
  if (socketPath === undefined) return undefined
  return async (name, as, args) =>
    checked(operations[name].result, await answerTo(socketPath, `/auth/${name}`, { as, args })) as ResultOf<typeof name>
}

export const listeningPath = async (data: string): Promise<string | undefined> => {
  for (const path of await findSocketPaths(data)) if (await isListening(path)) return path
  return undefined
}

export const checked = (schema: z.ZodType, value: unknown): unknown => {
  const read = schema.safeParse(value)
  if (!read.success) throw broken('The server answered what this command does not understand', read.error)
  return read.data
}

/** What the last line of the answer holds. */
export const answerTo = async (
  socketPath: string,
  path: string,
  args: object,
  { signal = new AbortController().signal, onProgress }: AdminOptions = {},
): Promise<unknown> => {
  try {
    signal.throwIfAborted()
    const headers = { 'content-type': 'application/json' }
    const sent = request({ socketPath, path, method: 'POST', headers, agent: false, signal })
    sent.end(JSON.stringify(args))
    const [answer] = (await once(sent, 'response')) as [IncomingMessage]
    sent.on('error', () => undefined)
    for await (const text of linesOf(answer)) {
      const line = checked(answerLine, JSON.parse(text)) as z.output<typeof answerLine>
      if (line.type === 'progress') onProgress?.(line)
      else if (line.type === 'error') throw errorOf(line)
      else return line.value
    }
    throw broken('The server went away before it had answered')
  } catch (error) {
    if (signal.aborted) {
      const cause: unknown = signal.reason
      throw new StoreError('STORE_QUERY_CANCELLED', 'It was cancelled; nothing is left of it.', { cause })
    }
    if (error instanceof BaseError) throw error
    throw broken('The server went away before it had answered', error)
  }
}

const broken = (what: string, cause?: unknown): ServerError =>
  new ServerError('SERVER_ADMIN_BROKEN', `${what}; its log says more.`, { retryable: true, cause })

async function* linesOf(answer: IncomingMessage): AsyncGenerator<string> {
  let rest = ''
  answer.setEncoding('utf8')
  for await (const chunk of answer as AsyncIterable<string>) {
    const lines = (rest + chunk).split('\n')
    rest = lines.pop() ?? ''
    yield* lines
    if (rest.length > maxLineBytes) throw broken('The server answered too long a line')
  }
  if (rest !== '') yield rest
}
