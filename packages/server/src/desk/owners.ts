/**
 * Who holds an id. Where an id logs in that is held already, the holder has to prove that it lives; the newcomer waits.
 */
import type { Seat } from './seat.ts'

/** A login that waits for an older session of its id to prove that it lives. */
export interface Claim {
  readonly challenger: Seat
  readonly holder: Seat
  /** Monotonic milliseconds. */
  readonly deadline: number
}

export interface Owners {
  readonly size: number
  readonly claims: number
  holderOf(key: string): Seat | undefined
  isContested(key: string): boolean
  hold(seat: Seat): void
  /** Gives the place free where it is the seat's. */
  release(seat: Seat): void
  /** Takes a seat to another key, where nobody holds or claims either. */
  rename(seat: Seat, key: string): boolean
  claim(challenger: Seat, holder: Seat, deadline: number): void
  /** The holder has answered: its challenger, who has to go. */
  holderLives(holder: Seat): Seat | undefined
  /** The holder is gone: its challenger, who takes the place. */
  holderGone(holder: Seat): Seat | undefined
  challengerGone(challenger: Seat): void
  /** Claims whose holder has not answered in time. */
  overdue(now: number): readonly Claim[]
  all(): Iterable<Seat>
}

export const createOwners = (): Owners => {
  const owners = new Map<string, Seat>()
  const claims = new Map<string, Claim>()

  const settle = (holder: Seat): Seat | undefined => {
    const claim = claims.get(holder.key)
    if (claim?.holder !== holder) return undefined
    claims.delete(holder.key)
    return claim.challenger
  }

  return {
    get size() {
      return owners.size
    },
    get claims() {
      return claims.size
    },
    holderOf: (key) => owners.get(key),
    isContested: (key) => claims.has(key),
    hold: (seat) => void owners.set(seat.key, seat),
    release(seat) {
      if (owners.get(seat.key) === seat) owners.delete(seat.key)
    },
    rename(seat, key) {
      if (owners.has(key) || claims.has(key) || claims.has(seat.key)) return false
      if (owners.get(seat.key) === seat) owners.delete(seat.key)
      seat.key = key
      owners.set(key, seat)
      return true
    },
    claim: (challenger, holder, deadline) => void claims.set(challenger.key, { challenger, holder, deadline }),
    holderLives: settle,
    holderGone: settle,
    challengerGone(challenger) {
      if (claims.get(challenger.key)?.challenger === challenger) claims.delete(challenger.key)
    },
    overdue: (now) => (claims.size === 0 ? none : [...claims.values()].filter((claim) => now >= claim.deadline)),
    all: () => owners.values(),
  }
}

const none: readonly Claim[] = []
