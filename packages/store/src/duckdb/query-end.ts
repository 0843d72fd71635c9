/** What ends a query before it has its answer: its caller, its time, or the store, which closes or takes a file away. */
import { StoreError } from '../store-errors.ts'
import type { Mutex } from './mutex.ts'

export interface ReadOptions {
  readonly signal: AbortSignal
  readonly timeoutMs: number
}

export interface QueryEnd extends Disposable {
  /** Aborts when the query is ended; its reason is the `StoreError`. */
  readonly signal: AbortSignal
  end(error: StoreError): void
  /** Throws where the query was ended. */
  check(): void
  /** Runs while nobody else holds the gate. One that is ended does not wait for it: anyone who holds it may wait for just that. */
  gated<T>(task: () => Promise<T>): Promise<T>
}

/** Throws where the caller has taken the query back already. Disposed of, it ends nothing any more by itself. */
export const createQueryEnd = (gate: Mutex, { signal, timeoutMs }: ReadOptions): QueryEnd => {
  const ended = new AbortController()
  const end = (error: StoreError): void => ended.abort(error)
  const check = (): void => {
    if (ended.signal.aborted) throw ended.signal.reason as StoreError
  }
  const cancelled = (): void =>
    end(new StoreError('STORE_QUERY_CANCELLED', 'The query was taken back.', { retryable: true }))
  const late = (): void =>
    end(new StoreError('STORE_QUERY_TIMEOUT', `The query took longer than ${timeoutMs} ms.`, { retryable: true }))

  if (signal.aborted) cancelled()
  check()
  signal.addEventListener('abort', cancelled)
  const timer = setTimeout(late, timeoutMs)

  return {
    signal: ended.signal,
    end,
    check,
    async gated<T>(task: () => Promise<T>): Promise<T> {
      check()
      const { promise, reject } = Promise.withResolvers<never>()
      let begun = false
      const leave = (): void => {
        if (!begun) reject(ended.signal.reason as StoreError)
      }
      ended.signal.addEventListener('abort', leave)
      const run = gate.run(() => {
        check()
        begun = true
        return task()
      })
      try {
        return await Promise.race([run, promise])
      } finally {
        ended.signal.removeEventListener('abort', leave)
      }
    },
    [Symbol.dispose]() {
      clearTimeout(timer)
      signal.removeEventListener('abort', cancelled)
    },
  }
}
