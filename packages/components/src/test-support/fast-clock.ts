import { unixMs } from '@netstats/protocol'
import { systemClock, ticks } from '@netstats/sdk'
import type { Clock } from '@netstats/sdk'

/** A clock that goes `factor` times as fast as it should: back-offs of a minute pass in a second, beside real sockets. */
export const createFastClock = (factor: number): Clock => {
  const origin = Date.now()
  const monotonic = (): number => performance.now() * factor
  const started = monotonic()
  const clock: Clock = {
    now: () => unixMs(Math.floor(origin + monotonic() - started)),
    monotonic,
    sleep: (ms, options) => systemClock.sleep(ms / factor, options),
    every: (ms, options) => ticks(clock, ms, options),
  }
  return clock
}
