/**
 * Times and sizes of one interval: count, mean, least and most as they are, quantiles within 1 %. Values of one bucket are at
 * most 2 % apart, so that any number of them takes a bounded room; where there are too many buckets the smallest values
 * share one, which leaves the high quantiles as exact.
 */
export interface Distribution {
  add(value: number, weight: number): void
  /** Undefined where nothing was added. */
  summary(): DistributionSummary | undefined
  clear(): void
}

export interface DistributionSummary {
  readonly count: number
  readonly mean: number
  readonly min: number
  readonly max: number
  readonly p50: number
  readonly p95: number
  readonly p99: number
}

const maxBuckets = 512
const keptBuckets = 384
const error = 0.01
const gamma = (1 + error) / (1 - error)
const logGamma = Math.log(gamma)
/** Above every exponent there is: buckets of negative numbers mirror those of positive ones, and 0 is in the middle. */
const middle = 100_000

export const createDistribution = (): Distribution => {
  const buckets = new Map<number, number>()
  let count = 0
  let sum = 0
  let min = Infinity
  let max = -Infinity

  const shareSmallest = (): void => {
    const sorted = [...buckets.keys()].sort((a, b) => a - b)
    const least = sorted[sorted.length - keptBuckets] ?? 0
    for (const key of sorted.slice(0, -keptBuckets)) {
      buckets.set(least, (buckets.get(least) ?? 0) + (buckets.get(key) ?? 0))
      buckets.delete(key)
    }
  }

  return {
    add(value, weight) {
      count += weight
      sum += value * weight
      if (value < min) min = value
      if (value > max) max = value
      const key = bucketOf(value)
      buckets.set(key, (buckets.get(key) ?? 0) + weight)
      if (buckets.size > maxBuckets) shareSmallest()
    },
    summary() {
      if (count === 0) return undefined
      const sorted = [...buckets].sort(([a], [b]) => a - b)
      const within = (value: number): number => Math.min(max, Math.max(min, value))
      const quantile = (share: number): number => {
        let seen = 0
        for (const [key, weight] of sorted) {
          seen += weight
          if (seen >= share * count * (1 - Number.EPSILON)) return within(valueOf(key))
        }
        return max
      }
      // A sum of enormous numbers is none.
      const mean = Number.isFinite(sum) ? within(sum / count) : within(0)
      return { count, mean, min, max, p50: quantile(0.5), p95: quantile(0.95), p99: quantile(0.99) }
    },
    clear() {
      buckets.clear()
      count = 0
      sum = 0
      min = Infinity
      max = -Infinity
    },
  }
}

const bucketOf = (value: number): number => {
  if (value === 0) return 0
  const exponent = Math.ceil(Math.log(Math.abs(value)) / logGamma) + middle
  return value > 0 ? exponent : -exponent
}

const valueOf = (key: number): number => {
  if (key === 0) return 0
  const size = (2 * gamma ** (Math.abs(key) - middle)) / (gamma + 1)
  return key > 0 ? size : -size
}
