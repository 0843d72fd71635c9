/**
 * JSON-RPC over HTTP with kept-alive sockets. `node:http` and not `fetch`: it takes less memory and time per request,
 * and lets the answer be cut off at its limit.
 */
import type { IncomingMessage } from 'node:http'
import { pipeline } from 'node:stream'
import type { Readable } from 'node:stream'
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib'
import { Agent as TlsAgent, request as requestHttps } from 'node:https'
import { withDeadline } from './deadline.ts'
import { RpcError, toRpcError } from './errors.ts'
import { encodeCall, isRateLimited, parseIncoming } from './messages.ts'
import type { Call, Incoming, Reply } from './messages.ts'
import type { ConnectionOptions, RpcConnection } from './connection.ts'

// Not by `import`: that also loads what `node:http` offers besides, fetch and HTTP/2 among it, 13 MB.
const { Agent, request: requestHttp } = process.getBuiltinModule('node:http')

const maxSockets = 4
const maxRetryAfterMs = 60_000

export const openHttp = (endpoint: URL, options: ConnectionOptions): RpcConnection => {
  const { clock, label, maxAnswerBytes, timeoutMs } = options
  const { agent, start } = clientOf(endpoint)
  let lastId = 0

  const post = (body: string, signal: AbortSignal, again = true): Promise<string> =>
    new Promise((resolve, reject) => {
      const outgoing = start(endpoint, {
        method: 'POST',
        agent,
        signal,
        headers: {
          ...options.headers(),
          'content-type': 'application/json',
          accept: 'application/json',
          'content-length': Buffer.byteLength(body),
        },
      })
      outgoing.on('response', (response) => {
        readBody(response, maxAnswerBytes, label)
          .then((text) => checkStatus(response, text, label))
          .then(resolve, reject)
      })
      outgoing.on('error', (error: NodeJS.ErrnoException) => {
        // A kept-alive socket the node closed in the same moment: nothing was read, so asking once more is safe.
        if (again && outgoing.reusedSocket && error.code === 'ECONNRESET')
          post(body, signal, false).then(resolve, reject)
        else reject(signal.aborted ? signal.reason : toRpcError(error, 'RPC_UNREACHABLE', label))
      })
      outgoing.end(body)
    })

  const exchange = async (body: string, signal: AbortSignal): Promise<readonly Incoming[]> => {
    const onTimeout = (): RpcError => new RpcError('RPC_TIMEOUT', `${label} did not answer within ${timeoutMs} ms.`)
    return withDeadline({ clock, ms: timeoutMs, signal, onTimeout }, async (inner) =>
      parseIncoming(await post(body, inner.signal)),
    )
  }

  const single = async (one: Call, signal: AbortSignal): Promise<Reply> => {
    const [message] = await exchange(encodeCall(++lastId, one), signal)
    // One answer belongs to one request here, so an id that is wrong or missing does no harm.
    if (message?.type === 'reply') return message.reply
    throw new RpcError('RPC_ANSWER_INVALID', `${label} did not answer the request.`)
  }

  const batch = async (calls: readonly Call[], signal: AbortSignal): Promise<readonly Reply[]> => {
    const first = lastId + 1
    lastId += calls.length
    const messages = await exchange(`[${calls.map((one, i) => encodeCall(first + i, one)).join(',')}]`, signal)
    const [only] = messages
    // One error for all of them may have the id of one.
    const isOne = messages.length === 1 && only?.type === 'reply' && !only.reply.ok
    if (isOne && !isRateLimited(only.reply))
      throw new RpcError('RPC_ANSWER_INVALID', `${label} refused a request of ${calls.length} calls.`)
    const replies = new Map<number, Reply>()
    for (const message of messages) {
      if (message.type !== 'reply') continue
      if (message.id !== null) replies.set(message.id, message.reply)
      if (isRateLimited(message.reply)) throw rateLimited(label, undefined)
    }
    // Some answer the first few only.
    const inOrder = calls.map((_, i) => replies.get(first + i))
    const missing = inOrder.indexOf(undefined)
    const answered = (missing === -1 ? inOrder : inOrder.slice(0, missing)) as readonly Reply[]
    if (answered.length > 0) return answered
    throw new RpcError('RPC_ANSWER_INVALID', `${label} refused a request of ${calls.length} calls.`)
  }

  return {
    pushes: false,
    ended: new Promise(() => undefined),
    call: async (calls, { signal }) => {
      const [one] = calls
      return calls.length === 1 && one !== undefined ? [await single(one, signal)] : batch(calls, signal)
    },
    [Symbol.asyncDispose]: async () => agent.destroy(),
  }
}

const readBody = async (response: IncomingMessage, maxBytes: number, label: string): Promise<string> => {
  const parts: Buffer[] = []
  let bytes = 0
  try {
    for await (const part of inflated(response) as AsyncIterable<Buffer>) {
      bytes += part.length
      if (bytes > maxBytes)
        throw new RpcError('RPC_ANSWER_TOO_LARGE', `${label} answered with more than ${maxBytes} bytes.`)
      parts.push(part)
    }
  } catch (error) {
    response.destroy()
    throw toRpcError(error, 'RPC_CLOSED', label)
  }
  return Buffer.concat(parts).toString('utf8')
}

/** Nobody asked for it, but some gateways compress every answer. What counts towards the limit is what comes out. */
const inflated = (response: IncomingMessage): Readable => {
  const decoder = decoderOf(response.headers['content-encoding']?.trim().toLowerCase())
  if (decoder === undefined) return response
  return pipeline(response, decoder, () => undefined)
}

const decoders = {
  gzip: createGunzip,
  'x-gzip': createGunzip,
  deflate: createInflate,
  br: createBrotliDecompress,
} as const
const isEncoding = (name: string): name is keyof typeof decoders => Object.hasOwn(decoders, name)
const decoderOf = (encoding = '') => (isEncoding(encoding) ? decoders[encoding]() : undefined)

/** Some clients answer JSON-RPC errors with a status of 400 or 500: the body decides then. */
const checkStatus = (response: IncomingMessage, text: string, label: string): string => {
  const status = response.statusCode ?? 0
  if (status >= 200 && status < 300) return text
  if (status === 429) throw rateLimited(label, response.headers['retry-after'])
  // Gateways say so when the node behind them is gone.
  if (status === 502 || status === 503 || status === 504)
    throw new RpcError('RPC_UNREACHABLE', `${label} has no node behind it now (HTTP ${status}).`, {
      status,
      ...retryAfter(response.headers['retry-after']),
    })
  if (status === 401 || status === 403)
    throw new RpcError('RPC_REFUSED', `${label} refused the request (HTTP ${status}); check user, password and host.`)
  if (text.trimStart().startsWith('{') || text.trimStart().startsWith('[')) return text
  throw new RpcError('RPC_ANSWER_INVALID', `${label} answered with HTTP ${status} and no JSON.`)
}

const rateLimited = (label: string, header: string | undefined): RpcError =>
  new RpcError('RPC_RATE_LIMITED', `${label} asks for fewer requests.`, retryAfter(header))

const retryAfter = (header: string | undefined): { readonly retryAfterMs?: number } => {
  const seconds = Number(header)
  return Number.isFinite(seconds) && seconds > 0 ? { retryAfterMs: Math.min(seconds * 1000, maxRetryAfterMs) } : {}
}

/** Connections that are kept alive, and what starts a request on them. */
const clientOf = ({ protocol }: URL) =>
  protocol === 'https:'
    ? { agent: new TlsAgent({ keepAlive: true, maxSockets }), start: requestHttps }
    : { agent: new Agent({ keepAlive: true, maxSockets }), start: requestHttp }
