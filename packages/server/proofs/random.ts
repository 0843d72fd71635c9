/** Repeatable randomness: the same seed gives the same choices. */
export interface Dice {
  /** 0 up to 1. */
  next(): number
  between(least: number, most: number): number
  chance(share: number): boolean
}

/** mulberry32: small, and even enough for choosing when to kill. */
export const createDice = (seed: number): Dice => {
  let state = seed >>> 0
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = Math.imul(state ^ (state >>> 15), state | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296
  }
  return {
    next,
    between: (least, most) => least + Math.floor(next() * (most - least + 1)),
    chance: (share) => next() < share,
  }
}
