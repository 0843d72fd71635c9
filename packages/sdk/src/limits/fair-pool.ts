/**
 * Places that many share: bounded in all and for one, and the last of them only for those who have few. One who takes
 * all it may leaves room for others, and several who do so together leave room for others who come with little.
 */
export interface PoolLimits {
  readonly places: number
  /** Places of one address. */
  readonly each: number
  /** Places that are kept for addresses that have no more than `few`. */
  readonly reserve: number
  readonly few: number
}

/** Nothing free at all, or nothing more for this one. */
export type PoolRefusal = 'full' | 'share'

export interface FairPool {
  /** Undefined: it may have one more. */
  refusal(key: string): PoolRefusal | undefined
  enter(key: string): void
  leave(key: string): void
  of(key: string): number
  readonly taken: number
  /** Those who have a place. */
  readonly keys: number
}

export const createFairPool = ({ places, each, reserve, few }: PoolLimits): FairPool => {
  const own = new Map<string, number>()
  let taken = 0
  return {
    refusal(key) {
      const mine = own.get(key) ?? 0
      if (mine >= each) return 'share'
      if (taken >= places) return 'full'
      return taken >= places - reserve && mine >= few ? 'share' : undefined
    },
    enter(key) {
      own.set(key, (own.get(key) ?? 0) + 1)
      taken++
    },
    leave(key) {
      const mine = own.get(key)
      if (mine === undefined) return
      taken--
      if (mine === 1) own.delete(key)
      else own.set(key, mine - 1)
    },
    of: (key) => own.get(key) ?? 0,
    get taken() {
      return taken
    },
    get keys() {
      return own.size
    },
  }
}
