import type { Clock } from '@netstats/sdk'

/** Runs `work` for at most `ms`; its signal aborts at the deadline, and `onTimeout` makes the error. */
export const withDeadline = async <T>(
  { clock, ms, signal, onTimeout }: { clock: Clock; ms: number; signal: AbortSignal; onTimeout: () => Error },
  work: (options: { signal: AbortSignal }) => Promise<T>,
): Promise<T> => {
  signal.throwIfAborted()
  const own = new AbortController()
  const forward = (): void => own.abort(signal.reason)
  signal.addEventListener('abort', forward, { once: true })
  const timer = clock.sleep(ms, { signal: own.signal }).then(() => {
    const error = onTimeout()
    own.abort(error)
    throw error
  })
  // The loser of the race rejects when `own` aborts below; nobody waits for it any more.
  timer.catch(() => undefined)
  try {
    return await Promise.race([work({ signal: own.signal }), timer])
  } finally {
    signal.removeEventListener('abort', forward)
    own.abort()
  }
}
