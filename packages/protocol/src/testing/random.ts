/** Repeatable random numbers for fuzzers and proofs: the seed in a report brings the same run back. */
export interface Random {
  /** From 0 up to, and not with, 1. */
  readonly next: () => number
  /** Whole number from 0 to `below` - 1. */
  readonly int: (below: number) => number
  /** Whole number from `least` to `most`, both of them possible. */
  readonly between: (least: number, most: number) => number
  /** True so often, 0 to 1. */
  readonly chance: (share: number) => boolean
  readonly pick: <T>(from: readonly T[]) => T
}

/** mulberry32: small, and even enough for choosing. */
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
    next,
    int,
    between: (least, most) => least + int(most - least + 1),
    chance: (share) => next() < share,
    pick: (from) => {
      if (from.length === 0) throw new RangeError('nothing to pick from')
      return from[int(from.length)] as (typeof from)[number]
    },
  }
}
