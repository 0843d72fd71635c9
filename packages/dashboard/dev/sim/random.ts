/** A small seeded generator (mulberry32): the same seed draws the same world. */
export interface Random {
  /** In [0, 1). */
  next(): number
  between(low: number, high: number): number
  int(low: number, high: number): number
  pick<T>(list: readonly T[]): T
  /** Log-normal around a median: most are near it, a few are far above. */
  skewed(median: number, spread: number): number
  hex(bytes: number): string
}

export function createRandom(seed: number): Random {
  let a = seed >>> 0
  const next = (): number => {
    a = (a + 0x6d2b79f5) >>> 0
    let t = Math.imul(a ^ (a >>> 15), a | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296
  }
  const between = (low: number, high: number): number => low + (high - low) * next()
  const int = (low: number, high: number): number => Math.floor(between(low, high + 1))
  return {
    next,
    between,
    int,
    pick: (list) => list[int(0, list.length - 1)]!,
    skewed: (median, spread) => {
      const normal = Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next())
      return median * Math.exp(spread * normal)
    },
    hex: (bytes) => `0x${Array.from({ length: bytes }, () => int(0, 255).toString(16).padStart(2, '0')).join('')}`,
  }
}
