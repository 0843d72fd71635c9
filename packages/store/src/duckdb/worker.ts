/** The store's thread: everything of DuckDB happens here. */
import { parentPort } from 'node:worker_threads'
import { StoreError } from '../store-errors.ts'
import { openEngine } from './engine.ts'
import type { Engine } from './engine.ts'
import { cancelled, recordOf } from './failure.ts'
import type { FromWorker, ToWorker } from './messages.ts'
import { methodOf, streams } from './methods.ts'
import type { CallOptions } from './method.ts'
import { buffersOf, taken } from './transfer.ts'
import type { Taken } from './transfer.ts'

interface Call {
  readonly aborted: AbortController
  pieces: AsyncIterator<Uint8Array> | undefined
  answer: Taken | undefined
}

const port = parentPort
if (!port) throw new Error('this is the thread of a store, not a program')
const send = (message: FromWorker, transfer: readonly ArrayBuffer[] = []): void => port.postMessage(message, transfer)

let engine: Engine | undefined
const calls = new Map<number, Call>()

const fail = (id: number, error: unknown): void => {
  calls.delete(id)
  send({ type: 'error', id, error: recordOf(error) })
}

const optionsOf = (id: number, call: Call, timeoutMs: number | undefined): CallOptions => ({
  signal: call.aborted.signal,
  timeoutMs,
  onProgress: (progress) => send({ type: 'progress', id, progress }),
})

const start = async ({ id, method, args, timeoutMs }: Extract<ToWorker, { type: 'call' }>): Promise<void> => {
  const call: Call = { aborted: new AbortController(), pieces: undefined, answer: undefined }
  calls.set(id, call)
  try {
    if (!engine) throw new StoreError('STORE_CLOSED', 'The store is closed.')
    const options = optionsOf(id, call, timeoutMs)
    const stream = streams.get(method)
    if (stream) {
      call.pieces = stream(engine, args as never, options)[Symbol.asyncIterator]()
      return
    }
    const value = await methodOf(method)(engine, args as never, options)
    call.answer = taken(value)
    hand(id, call.answer)
  } catch (error) {
    fail(id, error)
  }
}

/** The next part of an answer, and at last what is left of it. */
const hand = (id: number, { parts, rest }: Taken): void => {
  const { done, value: part } = parts.next()
  if (done !== true) return send({ type: 'part', id, part })
  calls.delete(id)
  send({ type: 'result', id, value: rest }, buffersOf(rest))
}

const pull = async (id: number): Promise<void> => {
  const { pieces, answer } = calls.get(id) ?? {}
  if (answer) return hand(id, answer)
  if (!pieces) return
  try {
    const next = await pieces.next()
    if (next.done) calls.delete(id)
    send({ type: 'piece', id, bytes: next.done ? undefined : next.value })
  } catch (error) {
    fail(id, error)
  }
}

const abort = async (id: number): Promise<void> => {
  const call = calls.get(id)
  call?.aborted.abort()
  if (call?.answer) return fail(id, cancelled())
  if (!call?.pieces) return
  calls.delete(id)
  await call.pieces.return?.()
}

const handle = async (message: ToWorker): Promise<void> => {
  switch (message.type) {
    case 'open':
      try {
        engine = await openEngine(message.options)
        send({ type: 'opened' })
      } catch (error) {
        send({ type: 'failed', error: recordOf(error) })
        port.close()
      }
      break
    case 'call':
      await start(message)
      break
    case 'pull':
      await pull(message.id)
      break
    case 'abort':
      await abort(message.id)
      break
    case 'close': {
      const closing = engine
      engine = undefined
      // Those that wait for their turn would keep the thread until their time is over.
      for (const id of calls.keys()) await abort(id)
      await closing?.[Symbol.asyncDispose]()
      send({ type: 'closed' })
      port.close()
      break
    }
  }
}

// What is thrown here ends the thread, and with it the store: nothing goes on half-way.
port.on('message', (message: ToWorker) => void handle(message))
