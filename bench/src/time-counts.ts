/** Durations counted in bins that grow by 5 %: percentiles over millions of them, mergeable across processes. */
export interface TimeCounts {
  add(ms: number): void
  readonly bins: Uint32Array
  /** Longest, exact. */
  readonly max: number
  clear(): void
}

/** What one process tells another of its counts. */
export interface Times {
  readonly bins: readonly number[]
  readonly max: number
}

const growth = Math.log(1.05)
const least = 0.1
/** Up to four minutes; the last bin holds everything longer. */
const binCount = 300

export const createTimeCounts = (): TimeCounts => {
  const bins = new Uint32Array(binCount)
  let max = 0
  return {
    add(ms) {
      const bin = ms <= least ? 0 : Math.min(binCount - 1, Math.ceil(Math.log(ms / least) / growth))
      bins[bin] = (bins[bin] as number) + 1
      if (ms > max) max = ms
    },
    bins,
    get max() {
      return max
    },
    clear() {
      bins.fill(0)
      max = 0
    },
  }
}

export const timesOf = ({ bins, max }: TimeCounts): Times => ({ bins: [...bins], max })

export const mergeTimes = (all: readonly Times[]): Times => ({
  bins: Array.from({ length: binCount }, (_, i) => all.reduce((sum, { bins }) => sum + (bins[i] ?? 0), 0)),
  max: all.reduce((most, one) => Math.max(most, one.max), 0),
})

/** Upper bound of the bin the percentile is in, and never more than the longest; NaN where nothing was counted. */
export const percentileOfTimes = ({ bins, max }: Times, share: number): number => {
  const total = bins.reduce((sum, n) => sum + n, 0)
  if (total === 0) return Number.NaN
  let before = 0
  for (const [i, n] of bins.entries()) {
    before += n
    if (before >= share * total) return Math.min(max, least * Math.exp(i * growth))
  }
  return max
}
