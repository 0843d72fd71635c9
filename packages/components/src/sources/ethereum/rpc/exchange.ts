/** Requests and their answers over a connection that carries both ways: matches ids, forgets what is late. */
import { withDeadline } from './deadline.ts'
import { RpcError } from './errors.ts'
import { encodeCall, parseIncoming } from './messages.ts'
import type { Call, Reply } from './messages.ts'
import type { ConnectionOptions } from './connection.ts'

/** More requests in flight than any sane use makes; beyond it a call fails at once. */
const maxInFlight = 512

interface Waiting {
  readonly resolve: (reply: Reply) => void
  readonly reject: (error: RpcError) => void
}

export interface Exchange {
  call(calls: readonly Call[], options: { signal: AbortSignal }): Promise<readonly Reply[]>
  /** Takes one text from the node. Throws `RpcError` when it is garbage: the connection is not to be trusted further. */
  receive(text: string): void
  /** Everything waiting fails with this error, and every later call. */
  end(error: RpcError): void
}

export const createExchange = (send: (text: string) => void, options: ConnectionOptions): Exchange => {
  const waiting = new Map<number, Waiting>()
  let lastId = 0
  let ended: RpcError | undefined

  const one = (request: Call, signal: AbortSignal): Promise<Reply> => {
    // Ids are never reused on a connection: an answer that comes too late cannot be taken for another's.
    const id = ++lastId
    return new Promise<Reply>((resolve, reject) => {
      const abort = (): void => {
        waiting.delete(id)
        reject(signal.reason as Error)
      }
      const done = <T>(settle: (value: T) => void) => {
        return (value: T): void => {
          waiting.delete(id)
          signal.removeEventListener('abort', abort)
          settle(value)
        }
      }
      signal.addEventListener('abort', abort, { once: true })
      waiting.set(id, { resolve: done(resolve), reject: done(reject) })
      send(encodeCall(id, request))
    })
  }

  return {
    call: async (calls, { signal }) => {
      if (ended) throw ended
      if (waiting.size + calls.length > maxInFlight)
        throw new RpcError('RPC_TIMEOUT', `${options.label} leaves too many requests unanswered.`)
      return withDeadline(
        {
          clock: options.clock,
          ms: options.timeoutMs,
          signal,
          onTimeout: () =>
            new RpcError('RPC_TIMEOUT', `${options.label} did not answer within ${options.timeoutMs} ms.`),
        },
        (inner) => Promise.all(calls.map((request) => one(request, inner.signal))),
      )
    },
    receive: (text) => {
      for (const message of parseIncoming(text)) {
        if (message.type === 'notice') options.onNotice(message.result)
        else if (message.type === 'reply' && message.id !== null) waiting.get(message.id)?.resolve(message.reply)
      }
    },
    end: (error) => {
      ended ??= error
      for (const one of waiting.values()) one.reject(ended)
    },
  }
}
