import type { Clock } from '@netstats/sdk'

/** Misses in a row after which a node counts as not reachable: one may be a hiccup. */
const missesUntilInactive = 2

/** Longest stretch of the intervals for a node that asks for fewer requests. */
const maxPace = 16
/** So long must all be well before the intervals shrink by half again. */
const relaxAfterMs = 60_000

/** How it goes with a node: share of polls that succeeded, whether it counts as active, how fast it may be asked. */
export interface Health {
  hit(): void
  miss(): void
  /** The node asked for fewer requests: intervals double. */
  limited(): void
  inactive(): boolean
  /** Share of successful polls, 0 to 100; 100 before the first. */
  uptime(): number
  /** What intervals are multiplied with. */
  pace(): number
}

export const createHealth = (clock: Pick<Clock, 'monotonic'>): Health => {
  let tries = 0
  let hits = 0
  let misses = 0
  let pace = 1
  let calmSince = clock.monotonic()
  return {
    hit: () => {
      tries++
      hits++
      misses = 0
      if (pace > 1 && clock.monotonic() - calmSince >= relaxAfterMs) {
        pace /= 2
        calmSince = clock.monotonic()
      }
    },
    miss: () => {
      tries++
      misses++
    },
    limited: () => {
      pace = Math.min(maxPace, pace * 2)
      calmSince = clock.monotonic()
    },
    inactive: () => misses >= missesUntilInactive,
    uptime: () => (tries === 0 ? 100 : Math.round((hits / tries) * 10_000) / 100),
    pace: () => pace,
  }
}
