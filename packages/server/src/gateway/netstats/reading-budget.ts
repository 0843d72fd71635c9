/**
 * What is read of agents is charged to the session, its address and all agents together before it is worked on: bytes as they
 * are after inflating, and for each frame what it costs whatever it holds. An agent that has used up its budget waits unread.
 */
import { mostInflated } from '@netstats/protocol/netstats'
import type { FairShare, FairShareLimits, Rate, TokenBucket } from '@netstats/sdk/limits'
import { createTokenBucket, refill } from '@netstats/sdk/limits'

export interface ReadingLimits extends FairShareLimits {
  readonly session: Rate
}

/** An agent that is charged. */
export interface Reading {
  readonly origin: string
  readonly budget: TokenBucket
  /** Its frames are signed by this key. */
  readonly key: string | undefined
}

export interface Frame {
  readonly data: Buffer
  readonly isBinary: boolean
}

export interface ReadingBudget {
  open(): TokenBucket
  mayRead(peer: Reading): boolean
  /** Before the frame is worked on: as if it inflates as far as it may. Gives what to call with its true length. */
  charge(peer: Reading, frame: Frame): (bytes: number) => void
}

/** A frame of nothing costs this much, and one whose signature is looked at as much more. */
const frameCost = 512
const signatureCost = 8192

export const createReadingBudget = (limits: ReadingLimits, share: FairShare, now: () => number): ReadingBudget => {
  const take = ({ origin, budget }: Reading, cost: number): void => {
    const time = now()
    const { burst } = limits.session
    budget.tokens = Math.min(burst, Math.max(-burst, refill(budget, limits.session, time) - cost))
    share.charge(origin, time, cost)
  }
  return {
    open: () => createTokenBucket(limits.session, now()),
    mayRead(peer) {
      const time = now()
      return refill(peer.budget, limits.session, time) > 0 && share.mayGoOn(peer.origin, time)
    },
    charge(peer, { data, isBinary }) {
      const most = isBinary ? mostInflated(data.length) : data.length
      take(peer, most + frameCost + (peer.key === undefined ? 0 : signatureCost))
      return (bytes) => {
        if (bytes < most) take(peer, bytes - most)
      }
    },
  }
}
