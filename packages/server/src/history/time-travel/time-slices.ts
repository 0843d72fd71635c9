/** Runs long work on the main thread a few milliseconds at a time, so that what is live goes on. */
import { setImmediate } from 'node:timers/promises'

export interface SliceOptions {
  /** Ends the work between two slices; its reason is thrown. */
  readonly signal?: AbortSignal | undefined
  /** Milliseconds that never step. */
  readonly monotonic: () => number
}

/** Others wait this long at most, and as long as one more piece of the work takes. */
export const sliceMs = 4

export const inSlices = async <T>(work: Generator<void, T>, { signal, monotonic }: SliceOptions): Promise<T> => {
  for (;;) {
    signal?.throwIfAborted()
    const from = monotonic()
    do {
      const step = work.next()
      if (step.done === true) return step.value
    } while (monotonic() - from < sliceMs)
    await setImmediate()
  }
}
