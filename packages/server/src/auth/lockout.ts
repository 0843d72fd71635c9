/**
 * Who failed too often waits: a bucket of failures for each key, and a lock that lasts twice as long each time it runs
 * dry. Pure: time comes in, nothing is awaited. The table is bounded; the key that failed longest ago makes room.
 */
import { createBoundedMap, createTokenBucket, refill, takeTokens } from '@netstats/sdk/limits'
import type { Rate, TokenBucket } from '@netstats/sdk/limits'

export interface LockoutLimits {
  /** Failures in a row before the first lock. */
  readonly failures: number
  /** The first lock, milliseconds. */
  readonly lockMs: number
  /** The longest lock, and how long after one a key must be quiet to start over. */
  readonly mostMs: number
  /** Keys remembered. */
  readonly entries: number
}

export interface Lockout {
  /** Milliseconds for which the key is locked out; 0 where it is not. */
  lockedMs(key: string, at: number): number
  failed(key: string, at: number): void
  /** Takes the last failure back: it was none. */
  forgive(key: string, at: number): void
  /** Keys that are remembered. */
  readonly size: number
  /** Locks since the start. */
  readonly locks: number
}

interface Entry {
  readonly bucket: TokenBucket
  /** The lock of now or the last one; no length: none yet. */
  lockedAt: number
  lockMs: number
  /** The last failure. */
  failedAt: number
  level: number
}

/** All failures are forgiven in this time. */
const forgiveMs = 300_000

export const createLockout = (limits: LockoutLimits): Lockout => {
  const rate: Rate = { burst: limits.failures, perSecond: (limits.failures * 1000) / forgiveMs }
  const entries = createBoundedMap<string, Entry>(limits.entries)
  let locks = 0

  const lockMsOf = (level: number): number => Math.min(limits.mostMs, limits.lockMs * 2 ** Math.min(level, 30))

  const leftMs = (entry: Entry, at: number): number => {
    // The clock was set back: the lock starts over rather than to last until it is where it was.
    if (at < entry.lockedAt) entry.lockedAt = at
    return Math.max(0, entry.lockedAt + entry.lockMs - at)
  }

  const entryOf = (key: string, at: number): Entry => {
    const known = entries.get(key)
    const isFresh = known !== undefined && at - Math.max(known.failedAt, known.lockedAt + known.lockMs) <= limits.mostMs
    const entry = isFresh
      ? known
      : { bucket: createTokenBucket(rate, at), lockedAt: at, lockMs: 0, failedAt: at, level: 0 }
    entries.touch(key, entry)
    return entry
  }

  return {
    lockedMs(key, at) {
      const known = entries.get(key)
      return known === undefined ? 0 : leftMs(known, at)
    },
    failed(key, at) {
      const entry = entryOf(key, at)
      entry.failedAt = at
      takeTokens(entry.bucket, rate, at)
      if (refill(entry.bucket, rate, at) < 1) {
        locks++
        entry.lockedAt = at
        entry.lockMs = lockMsOf(entry.level)
        entry.level++
        // One more try after the lock; all of them only after a quiet time.
        entry.bucket.tokens = 1
        entry.bucket.at = at + entry.lockMs
      }
    },
    forgive(key, at) {
      const entry = entries.get(key)
      if (entry === undefined) return
      if (leftMs(entry, at) > 0) {
        entry.level = Math.max(0, entry.level - 1)
        entry.lockMs = 0
      }
      entry.bucket.at = Math.min(entry.bucket.at, at)
      entry.bucket.tokens = Math.min(rate.burst, entry.bucket.tokens + 1)
    },
    get size() {
      return entries.size
    },
    get locks() {
      return locks
    },
  }
}
