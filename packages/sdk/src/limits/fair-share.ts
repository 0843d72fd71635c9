/**
 * A rate that many share: so much for all together, so much for each. While all is used up, those are still served who have
 * used little of their own share, so that a few who take all they may do not shut the others out.
 */
import { createTokenBucket, refill } from './token-bucket.ts'
import type { Rate, TokenBucket } from './token-bucket.ts'
import { createBoundedMap } from './bounded-map.ts'

export interface FairShareLimits {
  readonly all: Rate
  readonly each: Rate
}

export interface FairShare {
  /** Whether this one may go on. It is charged afterwards or before, as the cost is known. */
  mayGoOn(key: string, now: number): boolean
  /** Takes also what is not there, so that it is missing later. A negative cost gives back what was charged too much. */
  charge(key: string, now: number, cost: number): void
  readonly keys: number
}

/** Who has this part of its burst left is served even when all is used up. */
const littleUsed = 0.75
/** Keys remembered. Those that have not been charged for longest are forgotten first, and begin with a full share. */
const maxKeys = 50_000

export const createFairShare = ({ all, each }: FairShareLimits, now: number): FairShare => {
  const total = createTokenBucket(all, now)
  const shares = createBoundedMap<string, TokenBucket>(maxKeys)

  const takeFrom = (bucket: TokenBucket, rate: Rate, time: number, cost: number): void => {
    // Debts are bounded: a share must come back within the time in which it fills up.
    bucket.tokens = Math.min(rate.burst, Math.max(-rate.burst, refill(bucket, rate, time) - cost))
  }

  return {
    mayGoOn(key, time) {
      const share = shares.get(key)
      const own = share === undefined ? each.burst : refill(share, each, time)
      return own > 0 && (refill(total, all, time) > 0 || own >= each.burst * littleUsed)
    },
    charge(key, time, cost) {
      const share = shares.get(key) ?? createTokenBucket(each, time)
      shares.touch(key, share)
      takeFrom(share, each, time, cost)
      takeFrom(total, all, time, cost)
    },
    get keys() {
      return shares.size
    },
  }
}
