/** The asking side of the store's thread. When the thread ends, anyone who waits is told, and so is anyone who asks later. */
import { Worker } from 'node:worker_threads'
import { StoreError } from '../store-errors.ts'
import type { QueryOptions } from '../query-options.ts'
import type { AdminOptions, Progress } from '../store-admin.ts'
import { cancelled, errorOf } from './failure.ts'
import type { FromWorker, ToWorker } from './messages.ts'
import type { WorkerOptions } from './options.ts'
import { gather, joined } from './transfer.ts'

type AskOptions = QueryOptions & Pick<AdminOptions, 'onProgress'>

export interface Client extends AsyncDisposable {
  call<R>(method: string, args: unknown, options?: AskOptions, transfer?: readonly ArrayBuffer[]): Promise<R>
  stream(method: string, args: unknown, options?: QueryOptions): AsyncIterable<Uint8Array>
}

interface Waiting {
  /** Of a long answer, as far as it has come. */
  readonly lists: Map<string | undefined, unknown[]>
  resolve(value: unknown): void
  reject(error: StoreError): void
  readonly onProgress: ((progress: Progress) => void) | undefined
}

const closed = (): StoreError => new StoreError('STORE_CLOSED', 'The store is closed.')

// oxlint-disable-next-line max-lines-per-function -- each answer, each piece and the end of the thread settles an entry of one list of waiting calls
export const openClient = async (options: WorkerOptions): Promise<Client> => {
  const worker = new Worker(new URL('./worker.ts', import.meta.url), { name: 'store' })
  const waiting = new Map<number, Waiting>()
  let ids = 0
  let ended: StoreError | undefined
  const opened = Promise.withResolvers<void>()
  const gone = Promise.withResolvers<void>()
  const send = (message: ToWorker, transfer: readonly ArrayBuffer[] = []): void => worker.postMessage(message, transfer)

  const end = (error: StoreError): void => {
    ended ??= error
    opened.reject(error)
    for (const one of waiting.values()) one.reject(error)
    waiting.clear()
  }
  const settle = (id: number, how: (one: Waiting) => void): void => {
    const one = waiting.get(id)
    waiting.delete(id)
    if (one) how(one)
  }
  worker.on('message', (message: FromWorker) => {
    switch (message.type) {
      case 'opened':
        opened.resolve()
        break
      case 'failed':
        opened.reject(errorOf(message.error))
        break
      case 'part': {
        const one = waiting.get(message.id)
        if (!one) break
        gather(one.lists, message.part)
        send({ type: 'pull', id: message.id })
        break
      }
      case 'result':
        settle(message.id, (one) => one.resolve(joined(message.value, one.lists)))
        break
      case 'piece':
        settle(message.id, (one) => one.resolve(message.bytes))
        break
      case 'error':
        settle(message.id, (one) => one.reject(errorOf(message.error)))
        break
      case 'progress':
        waiting.get(message.id)?.onProgress?.(message.progress)
        break
      case 'closed':
        break
    }
  })
  worker.on('error', (error) => {
    end(new StoreError('STORE_FAILED', 'The thread of the store failed.', { retryable: true, cause: error }))
  })
  worker.on('exit', () => {
    end(new StoreError('STORE_FAILED', 'The thread of the store ended.', { retryable: true }))
    gone.resolve()
  })

  const wait = <R>(id: number, onProgress?: (progress: Progress) => void): Promise<R> => {
    const { promise, resolve, reject } = Promise.withResolvers<unknown>()
    waiting.set(id, { lists: new Map(), resolve, reject, onProgress })
    return promise as Promise<R>
  }

  send({ type: 'open', options })
  try {
    await opened.promise
  } catch (error) {
    // It ends by itself: to stop it in the middle of a call into the engine would stop the process.
    await gone.promise
    throw error
  }

  let closing: Promise<void> | undefined
  return {
    async call<R>(
      method: string,
      args: unknown,
      { signal, timeoutMs, onProgress }: AskOptions = {},
      transfer: readonly ArrayBuffer[] = [],
    ): Promise<R> {
      if (ended) throw ended
      if (signal?.aborted) throw cancelled()
      const id = ++ids
      // The worker answers an abort with the error, once the query has really ended.
      const leave = (): void => send({ type: 'abort', id })
      signal?.addEventListener('abort', leave)
      try {
        const answer = wait<R>(id, onProgress)
        send({ type: 'call', id, method, args, timeoutMs }, transfer)
        return await answer
      } finally {
        signal?.removeEventListener('abort', leave)
      }
    },
    async *stream(method, args, { signal, timeoutMs } = {}) {
      if (ended) throw ended
      if (signal?.aborted) throw cancelled()
      const id = ++ids
      const leave = (): void => {
        send({ type: 'abort', id })
        settle(id, (one) => one.reject(cancelled()))
      }
      signal?.addEventListener('abort', leave)
      let whole = false
      try {
        send({ type: 'call', id, method, args, timeoutMs })
        for (;;) {
          if (ended) throw ended
          if (signal?.aborted) throw cancelled()
          const piece = wait<Uint8Array | undefined>(id)
          send({ type: 'pull', id })
          const bytes = await piece
          if (bytes === undefined) break
          yield bytes
        }
        whole = true
      } finally {
        signal?.removeEventListener('abort', leave)
        if (!whole && !ended) send({ type: 'abort', id })
      }
    },
    [Symbol.asyncDispose]() {
      closing ??= (async () => {
        const failed = ended
        end(closed())
        ended = closed()
        if (!failed) send({ type: 'close' })
        await gone.promise
      })()
      return closing
    },
  }
}
