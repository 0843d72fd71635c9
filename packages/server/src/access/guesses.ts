/**
 * Failed logins by address and by identity. Who was good before, from the same address as the same identity, has failures
 * of its own: others behind the same proxy do not lock it out, nor do those who fail in its name elsewhere.
 */
import { createLockout } from './lockout.ts'
import type { Lockout } from './lockout.ts'

export interface Who {
  /** As `originOf` gives it. */
  readonly address: string
  readonly identity: string
}

export interface Guesses {
  /** Milliseconds to wait; 0 for who may try. `hardToGuess`: only failures from the address count. */
  lockedMs(who: Who, at: number, hardToGuess?: boolean): number
  failed(who: Who, at: number): void
  succeeded(who: Who): void
  /** For who counts a failure before it is known: takes it back. */
  forgive(who: Who, at: number): void
  /** Takes a failure back and notes the success. */
  turnedOutGood(who: Who, at: number): void
  readonly lockouts: Readonly<Record<'address' | 'identity' | 'neighbour', Lockout>>
}

interface GuessesOptions {
  /** Failures of an address in a row; an identity has a third of them. */
  readonly failures: number
  readonly lockMs: number
}

const longestLockMs = 3_600_000
const maxEntries = 20_000
const maxGood = 50_000

export const createGuesses = ({ failures, lockMs }: GuessesOptions): Guesses => {
  const limits = { failures, lockMs, mostMs: Math.max(lockMs, longestLockMs), entries: maxEntries }
  const few = { ...limits, failures: Math.max(1, Math.ceil(failures / 3)) }
  const lockouts = { address: createLockout(limits), identity: createLockout(few), neighbour: createLockout(few) }
  const good = new Set<string>()
  const pairOf = ({ address, identity }: Who): string => `${address}\n${identity}`
  const succeeded = (who: Who): void => {
    const pair = pairOf(who)
    good.delete(pair)
    good.add(pair)
    for (const oldest of good) {
      if (good.size <= maxGood) break
      good.delete(oldest)
    }
  }
  const forgive = (who: Who, at: number): void => {
    if (good.has(pairOf(who))) return lockouts.neighbour.forgive(pairOf(who), at)
    lockouts.address.forgive(who.address, at)
    lockouts.identity.forgive(who.identity, at)
  }
  return {
    lockedMs(who, at, hardToGuess = false) {
      if (good.has(pairOf(who))) return lockouts.neighbour.lockedMs(pairOf(who), at)
      const byAddress = lockouts.address.lockedMs(who.address, at)
      return hardToGuess ? byAddress : Math.max(byAddress, lockouts.identity.lockedMs(who.identity, at))
    },
    failed(who, at) {
      if (good.has(pairOf(who))) return lockouts.neighbour.failed(pairOf(who), at)
      lockouts.address.failed(who.address, at)
      lockouts.identity.failed(who.identity, at)
    },
    succeeded,
    forgive,
    turnedOutGood(who, at) {
      forgive(who, at)
      succeeded(who)
    },
    lockouts,
  }
}
