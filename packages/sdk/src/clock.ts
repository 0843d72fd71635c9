import { unixMs } from '@netstats/protocol'
import type { UnixMs } from '@netstats/protocol'

/** Time as a dependency: production passes `systemClock`, tests a fake that moves when told. */
export interface Clock {
  /** Wall clock. May step; use it for what is shown or sent, never to measure. */
  now(): UnixMs
  /** Milliseconds from an arbitrary origin that never step. */
  monotonic(): number
  /** Resolves after `ms`; rejects with the signal's reason when it aborts. */
  sleep(ms: number, options: { signal: AbortSignal }): Promise<void>
  /** Ticks at once and then every `ms`; a slow consumer misses ticks, it never gets them late in a bunch. Ends on abort. */
  every(ms: number, options: { signal: AbortSignal }): AsyncIterable<void>
}

/** setTimeout wraps beyond this many milliseconds; longer sleeps are taken in pieces. */
const longestTimer = 2_147_483_647

/** The machine's own clocks. */
export const systemClock: Clock = {
  now: () => unixMs(Date.now()),
  monotonic: () => performance.now(),
  sleep,
  every: (ms, options) => ticks(systemClock, ms, options),
}

async function sleep(ms: number, { signal }: { signal: AbortSignal }): Promise<void> {
  const until = performance.now() + ms
  for (let left = ms; ; left = until - performance.now()) {
    await timer(Math.min(Math.max(left, 0), longestTimer), signal)
    if (left <= longestTimer) return
  }
}

const timer = (ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve, reject) => {
    if (signal.aborted) {
      reject(signal.reason)
      return
    }
    const onAbort = (): void => {
      clearTimeout(handle)
      reject(signal.reason)
    }
    const handle = setTimeout(() => {
      signal.removeEventListener('abort', onAbort)
      resolve()
    }, ms)
    signal.addEventListener('abort', onAbort, { once: true })
  })

/** What `every` is made of, for other clocks: ticks on a grid of `ms` from the first call on. */
export async function* ticks(
  clock: Pick<Clock, 'monotonic' | 'sleep'>,
  ms: number,
  { signal }: { signal: AbortSignal },
): AsyncGenerator<void> {
  if (!(ms > 0)) throw new RangeError(`a clock cannot tick every ${ms} ms`)
  const origin = clock.monotonic()
  let tick = 0
  while (!signal.aborted) {
    yield
    // A timer may fire a hair early: never the same tick twice. A slow consumer skips those it missed.
    tick = Math.max(tick + 1, Math.floor((clock.monotonic() - origin) / ms) + 1)
    try {
      await clock.sleep(origin + tick * ms - clock.monotonic(), { signal })
    } catch (error) {
      if (signal.aborted) return
      throw error
    }
  }
}
