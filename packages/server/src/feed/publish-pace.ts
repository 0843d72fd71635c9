/** When a topic may publish its next delta: not before its pace allows, and less often the more bytes its deltas have. */
import { refill } from '@netstats/sdk/limits'
import type { Rate, TokenBucket } from '@netstats/sdk/limits'

export interface PublishPace {
  /** Begins again, for another source. */
  reset(bytesPerSecond: number): void
  isDue(now: number): boolean
  /** It was looked at: not again before `nextAt`. */
  wait(nextAt: number): void
  spend(bytes: number): void
}

export const createPublishPace = (): PublishPace => {
  let nextAt = Number.NEGATIVE_INFINITY
  let rate: Rate = { perSecond: 1, burst: 1 }
  let budget: TokenBucket = { tokens: 1, at: 0 }
  return {
    reset(perSecond) {
      nextAt = Number.NEGATIVE_INFINITY
      // Six seconds' worth at once: a block that changes every row in view is told without delay.
      rate = { perSecond, burst: 6 * perSecond }
      budget = { tokens: rate.burst, at: 0 }
    },
    isDue: (now) => now >= nextAt && refill(budget, rate, now) > 0,
    wait(at) {
      nextAt = at
    },
    spend(bytes) {
      budget.tokens -= bytes
    },
  }
}
