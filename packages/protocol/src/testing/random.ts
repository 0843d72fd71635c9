/** Repeatable random numbers for fuzzers: the seed in a report brings the same run back. */
export interface Random {
  /** Whole number from 0 to `below` - 1. */
  readonly int: (below: number) => number
  readonly pick: <T>(from: readonly T[]) => T
}

export const createRandom = (seed: number): Random => {
  let state = seed >>> 0
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = state
    t = Math.imul(t ^ (t >>> 15), t | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
  const int = (below: number): number => Math.floor(next() * below)
  return {
    int,
    pick: (from) => {
      if (from.length === 0) throw new RangeError('nothing to pick from')
      return from[int(from.length)] as (typeof from)[number]
    },
  }
}
