/** A command's side of the control socket. */
import { request } from 'node:http'
import type { IncomingMessage } from 'node:http'
import { connect } from 'node:net'
import { BaseError } from '@netstats/protocol'
import { StoreError } from '@netstats/sdk/store'
import type { AdminOptions } from '@netstats/sdk/store'
import type { z } from 'zod'
import { operations } from '../access/operations.ts'
import type { ArgsOf, OperationName, ResultOf } from '../access/operations.ts'
import { ServerError } from '../errors.ts'
import type { StoreAdmin } from './admin.ts'
import { answerLine, errorOf, maxLineBytes, results } from './protocol.ts'
import type { RequestName } from './protocol.ts'
import { findSocketPaths } from './socket-path.ts'

type Result<N extends RequestName> = ReturnType<(typeof results)[N]['parse']>

/** The server that owns a data folder; undefined where none answers. */
export const findControl = async (data: string): Promise<StoreAdmin | undefined> => {
  const path = await firstListening(await findSocketPaths(data))
  if (path === undefined) return undefined
  const ask = <N extends RequestName>(name: N, args: object, options: AdminOptions = {}): Promise<Result<N>> =>
    askOnce(path, name, args, options)
  return {
    info: (options) => ask('info', {}, options),
    verify: (options) => ask('verify', {}, options),
    backup: (target, options) => ask('backup', { path: target }, options),
    prune: ({ dryRun = false, ...options } = {}) => ask('prune', { dryRun }, options),
  }
}

/** Asks the server of a data folder for an operation on agents and users; undefined where no server answers. */
export const findAccess = async (
  data: string,
): Promise<(<N extends OperationName>(name: N, as: string, args: ArgsOf<N>) => Promise<ResultOf<N>>) | undefined> => {
  const path = await firstListening(await findSocketPaths(data))
  if (path === undefined) return undefined
  return async (name, as, args) => {
    const value = await answerTo(path, `/access/${name}`, { as, args }, {})
    return checked(operations[name].result, value) as ResultOf<typeof name>
  }
}

const askOnce = async <N extends RequestName>(
  path: string,
  name: N,
  args: object,
  options: AdminOptions,
): Promise<Result<N>> => checked(results[name], await answerTo(path, `/store/${name}`, args, options)) as Result<N>

const checked = (schema: z.ZodType, value: unknown): unknown => {
  const read = schema.safeParse(value)
  if (!read.success) throw broken('The server answered what this command does not understand', read.error)
  return read.data
}

/** What the last line of the answer holds. */
const answerTo = async (
  path: string,
  url: string,
  args: object,
  { signal, onProgress }: AdminOptions,
): Promise<unknown> => {
  const isCancelled = (): boolean => signal?.aborted === true
  if (isCancelled()) throw cancelled(signal?.reason)
  try {
    const answer = await send(path, url, args, signal)
    for await (const text of linesOf(answer)) {
      const line = answerLine.safeParse(JSON.parse(text))
      if (!line.success) throw broken('The server answered what this command does not understand', line.error)
      if (line.data.type === 'progress') onProgress?.(line.data)
      else if (line.data.type === 'error') throw errorOf(line.data)
      else return line.data.value
    }
    throw broken('The server went away before it had answered')
  } catch (error) {
    if (isCancelled()) throw cancelled(signal?.reason)
    if (error instanceof BaseError) throw error
    throw broken('The server went away before it had answered', error)
  }
}

const cancelled = (cause: unknown): StoreError =>
  new StoreError('STORE_QUERY_CANCELLED', 'It was cancelled; nothing is left of it.', { cause })
const broken = (what: string, cause?: unknown): ServerError =>
  new ServerError('SERVER_CONTROL_BROKEN', `${what}; its log says more.`, { retryable: true, cause })

const send = (
  socketPath: string,
  url: string,
  args: object,
  signal: AbortSignal | undefined,
): Promise<IncomingMessage> =>
  new Promise((resolve, reject) => {
    const body = JSON.stringify(args)
    const sent = request({
      socketPath,
      path: url,
      method: 'POST',
      headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) },
      agent: false,
      ...(signal === undefined ? {} : { signal }),
    })
    sent.once('response', resolve)
    sent.once('error', reject)
    sent.end(body)
  })

async function* linesOf(answer: IncomingMessage): AsyncGenerator<string> {
  let rest = ''
  answer.setEncoding('utf8')
  for await (const chunk of answer as AsyncIterable<string>) {
    rest += chunk
    let end = rest.indexOf('\n')
    while (end >= 0) {
      yield rest.slice(0, end)
      rest = rest.slice(end + 1)
      end = rest.indexOf('\n')
    }
    if (rest.length > maxLineBytes) throw broken('The server answered too long a line')
  }
}

const firstListening = async (paths: readonly string[]): Promise<string | undefined> => {
  for (const path of paths) if (await isListening(path)) return path
  return undefined
}

/** Whether somebody listens. Where that can not be found out for lack of a right, that is the error. */
const isListening = (path: string): Promise<boolean> =>
  new Promise((resolve, reject) => {
    const socket = connect(path)
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EACCES' && error.code !== 'EPERM') resolve(false)
      else {
        const cure = 'run the command as the user of the server, or as root'
        reject(new ServerError('SERVER_CONTROL_DENIED', `A server owns ${path}: ${cure}.`, { cause: error }))
      }
    })
  })
