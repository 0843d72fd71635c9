/** The store's thread: everything of DuckDB happens here. */
import { parentPort } from 'node:worker_threads'
import { StoreError } from '@netstats/sdk/store'
import { openEngine } from './engine.ts'
import type { Engine } from './engine.ts'
import { recordOf } from './failure.ts'
import type { FromWorker, ToWorker } from './messages.ts'
import { methodOf, streams } from './methods.ts'
import type { CallOptions } from './methods.ts'
import { buffersOf } from './transfer.ts'

interface Call {
  readonly aborted: AbortController
  pieces: AsyncIterator<Uint8Array> | undefined
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
  const call: Call = { aborted: new AbortController(), pieces: undefined }
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
    calls.delete(id)
    send({ type: 'result', id, value }, buffersOf(value))
  } catch (error) {
    fail(id, error)
  }
}

const pull = async (id: number): Promise<void> => {
  const pieces = calls.get(id)?.pieces
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
