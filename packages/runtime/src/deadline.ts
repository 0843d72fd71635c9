import type { Clock } from '@netstats/sdk'

/** The time a piece of work has. Over when it has ended, or `passed`. */
export interface Deadline {
  /** Aborts when the time is over. */
  readonly signal: AbortSignal
  /** Aborts when the work has ended: nothing has to be watched any more. */
  readonly over: AbortSignal
  /** Resolves when `signal` aborts. */
  readonly passed: Promise<void>
  end(): void
}

export interface DeadlineOptions {
  readonly clock: Clock
  readonly limitMs: number
  /** Told to end, the work has so long. */
  readonly outer: AbortSignal
  readonly graceMs: number
  /** Calls the work off at once. */
  readonly recall: AbortSignal
}

/** A signal that aborts after a time limit, some grace after the outer signal did, or at once when called off. */
export const startDeadline = ({ clock, limitMs, outer, graceMs, recall }: DeadlineOptions): Deadline => {
  const abort = new AbortController()
  const over = new AbortController()
  const after = (ms: number, reason: string): void => {
    clock.sleep(ms, { signal: over.signal }).then(
      () => abort.abort(new Error(reason)),
      () => undefined,
    )
  }
  const onOuter = (): void => after(graceMs, 'told to end')
  const onRecall = (): void => abort.abort(recall.reason)
  after(limitMs, `no answer within ${limitMs} ms`)
  if (outer.aborted) onOuter()
  else outer.addEventListener('abort', onOuter, { once: true })
  if (recall.aborted) onRecall()
  else recall.addEventListener('abort', onRecall, { once: true })
  const passed = new Promise<void>((resolve) => {
    if (abort.signal.aborted) resolve()
    abort.signal.addEventListener('abort', () => resolve(), { once: true })
  })
  return {
    signal: abort.signal,
    over: over.signal,
    passed,
    end() {
      outer.removeEventListener('abort', onOuter)
      recall.removeEventListener('abort', onRecall)
      over.abort()
    },
  }
}
