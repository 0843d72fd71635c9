/** Nearest-rank percentiles: each is a value that was measured, null where nothing was. */
export interface Percentiles {
  readonly p50Ms: number | null
  readonly p95Ms: number | null
  readonly p99Ms: number | null
}

export const noPercentiles: Percentiles = { p50Ms: null, p95Ms: null, p99Ms: null }

/** Index is known to be inside. */
export const at = (values: readonly number[], index: number): number => values[index] as number

// Whole numbers, because 0.95 * 20 is 19.000000000000004 on some roads and its ceiling would be a rank too high.
const rank = (count: number, percent: number): number => Math.ceil((count * percent) / 100) - 1

/** Of ascending values. */
export const percentilesOf = (ascending: readonly number[]): Percentiles => {
  const n = ascending.length
  if (n === 0) return noPercentiles
  return { p50Ms: at(ascending, rank(n, 50)), p95Ms: at(ascending, rank(n, 95)), p99Ms: at(ascending, rank(n, 99)) }
}

/** How many of ascending values are at most `limit`. */
export const countUpTo = (ascending: readonly number[], limit: number): number => {
  let low = 0
  let high = ascending.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (at(ascending, middle) <= limit) low = middle + 1
    else high = middle
  }
  return low
}

/** Exact percentiles over several ascending lists without merging them: search for the value, count at each step. */
export const percentilesAcross = (lists: readonly (readonly number[])[]): Percentiles => {
  let count = 0
  let most = 0
  for (const list of lists) {
    count += list.length
    if (list.length > 0) most = Math.max(most, at(list, list.length - 1))
  }
  if (count === 0) return noPercentiles
  const find = (percent: number): number => {
    const wanted = rank(count, percent) + 1
    let low = 0
    let high = most
    while (low < high) {
      const middle = Math.floor((low + high) / 2)
      let below = 0
      for (const list of lists) below += countUpTo(list, middle)
      if (below >= wanted) high = middle
      else low = middle + 1
    }
    return low
  }
  return { p50Ms: find(50), p95Ms: find(95), p99Ms: find(99) }
}
