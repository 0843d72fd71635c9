/**
 * Failed logins by address and by identity. A lock keeps out the address that causes it, not the owner of the name:
 *
 *     good before, from there ─► counted by the two together, alone
 *     others ─► the address's lock, and the identity's
 *                 └─ while the identity is locked, a few tries of addresses that have not failed in its name
 */
import { createBoundedMap, createTokenBucket, takeTokens } from '@netstats/sdk/limits'
import type { Rate, TokenBucket } from '@netstats/sdk/limits'
import type { GoodPairs } from './good-pairs.ts'
import { createLockout } from './lockout.ts'
import type { Lockout } from './lockout.ts'

export interface Who {
  /** As `originOf` gives it. */
  readonly address: string
  readonly identity: string
}

export interface LoginThrottling {
  /**
   * Milliseconds to wait; 0: may try, and the try must be counted, because a locked name allows only a few. `isUnguessable`: only failures from the address count.
   */
  lockedMs(who: Who, at: number, isUnguessable?: boolean): number
  /** Whether this identity logged in before from this address. */
  isKnown(who: Who): boolean
  failed(who: Who, at: number): void
  succeeded(who: Who, at: number): void
  /** Takes back a failure that was counted before the result was known. */
  forgive(who: Who, at: number): void
  /** Takes a failure back and notes the success. */
  turnedOutGood(who: Who, at: number): void
  readonly lockouts: Readonly<Record<'address' | 'identity' | 'neighbour', Lockout>>
}

interface LoginThrottlingOptions {
  /** Failures of an address in a row; an identity has a third of them. */
  readonly failures: number
  readonly lockMs: number
  readonly good: GoodPairs
}

const longestLockMs = 3_600_000
const maxEntries = 20_000
/** Tries in a name that is locked, of addresses that have not failed in it. Guessing from many addresses gets no more than these. */
const trickle: Rate = { burst: 3, perSecond: 0.1 }

export const createLoginThrottling = ({ failures, lockMs, good }: LoginThrottlingOptions): LoginThrottling => {
  const limits = { failures, lockMs, mostMs: Math.max(lockMs, longestLockMs), entries: maxEntries }
  const few = { ...limits, failures: Math.max(1, Math.ceil(failures / 3)) }
  const lockouts = { address: createLockout(limits), identity: createLockout(few), neighbour: createLockout(few) }
  const tries = createBoundedMap<string, TokenBucket>(maxEntries)
  /** Failures of an address in a name, of those that were never good together. */
  const failedIn = createBoundedMap<string, number>(maxEntries)
  const pairOf = ({ address, identity }: Who): string => `${address}\n${identity}`
  const isKnown = (who: Who): boolean => good.has(pairOf(who))

  const takeTry = (identity: string, at: number): boolean => {
    const bucket = tries.get(identity) ?? createTokenBucket(trickle, at)
    tries.touch(identity, bucket)
    return takeTokens(bucket, trickle, at)
  }

  const identityLockedMs = (who: Who, at: number): number => {
    const lockedMs = lockouts.identity.lockedMs(who.identity, at)
    if (lockedMs === 0 || failedIn.has(pairOf(who))) return lockedMs
    return takeTry(who.identity, at) ? 0 : Math.min(lockedMs, 1000 / trickle.perSecond)
  }

  const forgive = (who: Who, at: number): void => {
    const pair = pairOf(who)
    if (isKnown(who)) return lockouts.neighbour.forgive(pair, at)
    const left = (failedIn.get(pair) ?? 1) - 1
    if (left > 0) failedIn.set(pair, left)
    else failedIn.delete(pair)
    lockouts.address.forgive(who.address, at)
    lockouts.identity.forgive(who.identity, at)
  }
  const succeeded = (who: Who, at: number): void => good.add(pairOf(who), at)

  return {
    lockedMs(who, at, isUnguessable = false) {
      if (isKnown(who)) return lockouts.neighbour.lockedMs(pairOf(who), at)
      const byAddress = lockouts.address.lockedMs(who.address, at)
      return isUnguessable || byAddress > 0 ? byAddress : identityLockedMs(who, at)
    },
    isKnown,
    failed(who, at) {
      const pair = pairOf(who)
      if (isKnown(who)) return lockouts.neighbour.failed(pair, at)
      failedIn.touch(pair, (failedIn.get(pair) ?? 0) + 1)
      lockouts.address.failed(who.address, at)
      lockouts.identity.failed(who.identity, at)
    },
    succeeded,
    forgive,
    turnedOutGood(who, at) {
      forgive(who, at)
      succeeded(who, at)
    },
    lockouts,
  }
}
