import type { Histogram } from '@netstats/protocol/feed'

export interface Bins {
  readonly counts: readonly number[]
  /** Upper end of the last drawn bin. */
  readonly endMs: number
  /** True where the last bin holds everything slower. */
  readonly open: boolean
}

/**
 * The bins worth drawing: up to a little past the slowest of nearly all, so that a quick network fills the width.
 * Everything slower is gathered in the last drawn bin.
 */
export function visibleBins({ binMs, counts, p99Ms }: Histogram, least = 8): Bins {
  const wanted = p99Ms === null ? counts.length : Math.ceil((p99Ms * 1.15) / binMs) + 1
  const length = Math.min(counts.length, Math.max(least, wanted))
  const head = counts.slice(0, length)
  const rest = counts.slice(length).reduce((sum, n) => sum + n, 0)
  const last = head.length - 1
  const gathered = head.map((n, i) => (i === last ? n + rest : n))
  return { counts: gathered, endMs: length * binMs, open: rest > 0 || length === counts.length }
}
