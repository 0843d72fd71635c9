/** A rate with a burst, without a timer: tokens grow with the clock that is passed in. */
export interface Rate {
  readonly perSecond: number
  readonly burst: number
}

export interface TokenBucket {
  tokens: number
  /** Monotonic milliseconds of the last refill. */
  at: number
}

export const createTokenBucket = (rate: Rate, now: number): TokenBucket => ({ tokens: rate.burst, at: now })

// What waited in a queue may be a little older than what came before it.
const maxDisorderMs = 10_000

/** Tokens now in the bucket. A clock that stands still or goes back adds nothing. */
export const refill = (bucket: TokenBucket, rate: Rate, now: number): number => {
  const passed = now - bucket.at
  if (passed > 0) {
    bucket.tokens = Math.min(rate.burst, bucket.tokens + (passed * rate.perSecond) / 1000)
    bucket.at = now
  } else if (passed < -maxDisorderMs) {
    // The clock was set back: without this the bucket would give nothing until the clock is where it was.
    bucket.at = now
  }
  return bucket.tokens
}

/** Takes `cost` tokens where there are as many above `reserve`; says whether it did. */
export const takeTokens = (bucket: TokenBucket, rate: Rate, now: number, cost = 1, reserve = 0): boolean => {
  if (refill(bucket, rate, now) - cost < reserve) return false
  bucket.tokens -= cost
  return true
}
