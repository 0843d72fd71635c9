/**
 * Asks an endpoint in the way it takes. Gateways refuse batches by a status, a text, by closing, by an error for every
 * call, or because of one method that is not on their list; and they limit calls a second. A request that is refused is
 * asked for again in halves, down to single calls; what one call alone is refused for concerns that method.
 */
import type { Clock } from '@netstats/sdk'
import type { Allowance } from './allowance.ts'
import type { RpcConnection } from './connection.ts'
import { RpcError } from './errors.ts'
import { isRateLimited } from './messages.ts'
import type { Call, Reply } from './messages.ts'

/** Where these are refused nothing can be reported of the node. */
const needed: ReadonlySet<string> = new Set(['eth_blockNumber', 'eth_getBlockByNumber', 'eth_getBlockByHash'])
/** Single calls refused one after the other, with no answer between them, that mean the whole agent. */
const maxRefused = 2
/** Times a request waits for its turn again before the whole session does. */
const maxTries = 3
/** Longest an endpoint may ask to be left alone for before the whole session waits instead. */
const maxWaitMs = 2000
const refusedCode = -32601

type Outcome =
  | { readonly type: 'answered'; readonly replies: readonly Reply[] }
  | { readonly type: 'refused'; readonly error: RpcError }
  | { readonly type: 'limited'; readonly error: RpcError }

export interface ConsiderateOptions {
  readonly clock: Clock
  readonly allowance: Allowance
  readonly label: string
}

export const considerate = (connection: RpcConnection, options: ConsiderateOptions): RpcConnection => ({
  pushes: connection.pushes,
  ended: connection.ended,
  call: (calls, inner) => askAll(connection, calls, options, inner),
  [Symbol.asyncDispose]: () => connection[Symbol.asyncDispose](),
})

const askAll = async (
  connection: RpcConnection,
  calls: readonly Call[],
  options: ConsiderateOptions,
  inner: { signal: AbortSignal },
): Promise<readonly Reply[]> => {
  const { allowance } = options
  const before = allowance.batch()
  const replies: Reply[] = []
  let size = before
  let refused: RpcError | undefined
  let tries = 0
  let refusedInRow = 0
  while (replies.length < calls.length) {
    const part = nextPart(calls, replies.length, size, allowance)
    const [first] = part
    if (first === undefined) {
      replies.push(notAllowed('refused before'))
      continue
    }
    await options.clock.sleep(allowance.turn(part.length), inner)
    const outcome = await attempt(connection, part, options, inner)
    if (outcome.type === 'answered') {
      replies.push(...outcome.replies)
      tries = 0
      refusedInRow = 0
      if (outcome.replies.some((one) => one.ok)) allowance.noteAnswer()
    } else if (outcome.type === 'limited') {
      allowance.limited()
      if (++tries >= maxTries || (outcome.error.retryAfterMs ?? 0) > maxWaitMs) throw outcome.error
      await options.clock.sleep(outcome.error.retryAfterMs ?? 0, inner)
      size = Math.ceil(part.length / 2)
    } else if (part.length > 1) size = Math.ceil(part.length / 2)
    else {
      refused ??= outcome.error
      refusedInRow++
      const nothing = !replies.some((one) => one.ok)
      if (needed.has(first.method) || (nothing && refusedInRow >= maxRefused)) throw outcome.error
      replies.push(notAllowed(outcome.error.message))
      if (allowance.answered()) allowance.refused(first.method)
    }
  }
  // Nothing was ever answered here: it is the agent that is refused, or the address is wrong.
  if (refused && !allowance.answered()) throw refused
  // What a single method is refused for says nothing of how many fit into a request.
  if (size < before && refused === undefined && allowance.answered()) allowance.keepBatch(size)
  return replies
}

/** Calls from a place on, up to a method that is known to be refused; none where that is the next. */
const nextPart = (calls: readonly Call[], from: number, size: number, allowance: Allowance): readonly Call[] => {
  const part = calls.slice(from, from + size)
  const stop = part.findIndex(({ method }) => !needed.has(method) && allowance.refuses(method))
  return stop === -1 ? part : part.slice(0, stop)
}

const notAllowed = (message: string): Reply => ({ ok: false, code: refusedCode, message })

const attempt = async (
  connection: RpcConnection,
  part: readonly Call[],
  { label }: ConsiderateOptions,
  inner: { signal: AbortSignal },
): Promise<Outcome> => {
  try {
    const replies = await connection.call(part, inner)
    const limited = replies.find(isRateLimited)
    if (limited !== undefined && !limited.ok) {
      const message = `${label} asks for fewer requests: ${limited.message || limited.code}`
      return { type: 'limited', error: new RpcError('RPC_RATE_LIMITED', message) }
    }
    if (isRefusedWhole(replies)) return { type: 'refused', error: refusal(label) }
    return { type: 'answered', replies }
  } catch (error) {
    if (!(error instanceof RpcError) || inner.signal.aborted) throw error
    if (error.code === 'RPC_RATE_LIMITED') return { type: 'limited', error }
    // A connection that carries both ways has no batches, and is gone with its error.
    if (connection.pushes || !mayBeRefusal(error)) throw error
    return { type: 'refused', error }
  }
}

const refusal = (label: string): RpcError => new RpcError('RPC_ANSWER_INVALID', `${label} refused the whole request.`)

/** One and the same error for each of several calls. Of one that the node lacks, a single call says the same. */
const isRefusedWhole = (replies: readonly Reply[]): boolean => {
  const [first] = replies
  if (replies.length < 2 || first === undefined || first.ok) return false
  return replies.every((one) => !one.ok && one.code === first.code && one.message === first.message)
}

const mayBeRefusal = (error: RpcError): boolean => {
  switch (error.code) {
    case 'RPC_REFUSED':
    case 'RPC_ANSWER_INVALID':
    case 'RPC_ANSWER_TOO_LARGE':
    case 'RPC_CLOSED':
      return true
    case 'RPC_UNREACHABLE':
      return error.status === 503 || isHangUp(error.cause)
    case 'RPC_TIMEOUT':
    case 'RPC_RATE_LIMITED':
    case 'RPC_ERROR':
      return false
  }
}

const isHangUp = (cause: unknown): boolean =>
  cause instanceof Error && ['ECONNRESET', 'EPIPE'].includes((cause as NodeJS.ErrnoException).code ?? '')
