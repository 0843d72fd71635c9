/** Waiting with a bound. */
import { systemClock } from '@netstats/sdk'
import type { Clock } from '@netstats/sdk'

/** True where the work ended in time; where it did not, it goes on and is not waited for. */
export const endsWithin = async (
  work: Promise<unknown>,
  ms: number,
  clock: Pick<Clock, 'sleep'> = systemClock,
): Promise<boolean> => {
  const enough = new AbortController()
  const late = clock.sleep(ms, { signal: enough.signal }).then(
    () => false,
    () => true,
  )
  try {
    return await Promise.race([work.then(() => true), late])
  } finally {
    enough.abort()
  }
}

/** Waits for the end of the work; `onLate` is called once where that takes longer, to bring it about. */
export const withDeadline = async <T>(work: Promise<T>, ms: number, onLate: () => void): Promise<T> => {
  const timer = setTimeout(onLate, ms)
  try {
    return await work
  } finally {
    clearTimeout(timer)
  }
}
