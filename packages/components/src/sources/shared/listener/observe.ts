import type { Observation } from '@netstats/protocol'
import type { Listener } from './listener.ts'
import type { ObservationQueue } from './observation-queue.ts'

export interface ObserveOptions {
  readonly listener: Listener
  readonly queue: ObservationQueue
  /** When the source is disposed. */
  readonly disposed: AbortSignal
  readonly signal: AbortSignal
  /** What the source does besides, until the signal aborts. */
  readonly work?: (signal: AbortSignal) => Promise<void>
  /** What is still to be said at the end. */
  readonly last?: () => readonly Observation[]
}

/** What waits in the queue, until the signal aborts; then the rest of it. Throws when a socket is broken. */
export async function* observeListener(options: ObserveOptions): AsyncGenerator<readonly Observation[], void> {
  const { listener, queue, disposed, signal, work, last } = options
  if (signal.aborted || disposed.aborted) return
  const over = new AbortController()
  const run = { signal: AbortSignal.any([signal, disposed, over.signal]) }
  let failure: unknown
  const working = Promise.all([listener.run(run), work?.(run.signal)]).catch((error: unknown) => {
    failure = error
    over.abort()
  })
  try {
    yield* queue.batches(run)
  } finally {
    over.abort()
    await working
  }
  if (failure !== undefined) throw failure
  if (last !== undefined) queue.add(last())
  for (let rest = queue.take(); rest.length > 0; rest = queue.take()) yield rest
}
