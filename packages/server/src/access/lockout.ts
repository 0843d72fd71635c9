/**
 * Who failed too often waits: a bucket of failures for each key, and a lock that lasts twice as long each time it runs
 * dry. Pure: time comes in, nothing is awaited. The table is bounded; the key that failed longest ago makes room.
 */
import { createTokenBucket, refill, takeTokens } from '../ingest/token-bucket.ts'
import type { Rate, TokenBucket } from '../ingest/token-bucket.ts'

export interface LockoutLimits {
  /** Failures in a row before the first lock. */
  readonly failures: number
  /** The first lock, milliseconds. */
  readonly lockMs: number
  /** The longest lock, and how long after one a key must be quiet to begin anew. */
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
  until: number
  level: number
}

/** All failures are forgiven in this time. */
const forgiveMs = 300_000

export const createLockout = (limits: LockoutLimits): Lockout => {
  const rate: Rate = { burst: limits.failures, perSecond: (limits.failures * 1000) / forgiveMs }
  const entries = new Map<string, Entry>()
  let locks = 0

  const lockMsOf = (level: number): number => Math.min(limits.mostMs, limits.lockMs * 2 ** Math.min(level, 30))

  const entryOf = (key: string, at: number): Entry => {
    const known = entries.get(key)
    // A clock that was far ahead must not lock for longer than a lock can be.
    if (known !== undefined && known.until - at > limits.mostMs) known.until = at
    const isFresh = known !== undefined && at - known.until <= limits.mostMs
    const entry = isFresh ? known : { bucket: createTokenBucket(rate, at), until: at, level: 0 }
    entries.delete(key)
    entries.set(key, entry)
    return entry
  }

  return {
    lockedMs(key, at) {
      const known = entries.get(key)
      if (known === undefined || known.until <= at) return 0
      return Math.min(known.until - at, lockMsOf(Math.max(0, known.level - 1)))
    },
    failed(key, at) {
      const entry = entryOf(key, at)
      takeTokens(entry.bucket, rate, at)
      if (refill(entry.bucket, rate, at) < 1) {
        locks++
        entry.until = at + lockMsOf(entry.level)
        entry.level++
        // One more try after the lock; all of them only after a quiet time.
        entry.bucket.tokens = 1
        entry.bucket.at = entry.until
      } else entry.until = Math.max(entry.until, at)
      for (const oldest of entries.keys()) {
        if (entries.size <= limits.entries) break
        entries.delete(oldest)
      }
    },
    forgive(key, at) {
      const entry = entries.get(key)
      if (entry === undefined) return
      if (entry.until > at) entry.level = Math.max(0, entry.level - 1)
      entry.until = Math.min(entry.until, at)
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
