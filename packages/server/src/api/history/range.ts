/** From the range that was asked for to the one that is used. */
import { maxBuckets } from '@netstats/store'
import type { Range, SeriesRange } from '@netstats/store'
import { Problem } from '../../net/problem.ts'
import { dayMs, hourMs, maxRangeMs, minuteMs } from './parameters.ts'

export interface AskedRange {
  readonly from?: number | undefined
  readonly to?: number | undefined
}

/** What is left out is filled in: `to` with now, `from` with `presetMs` before `to`. */
export const rangeOf = (asked: AskedRange, now: number, presetMs: number): Range | Problem => {
  const to = asked.to ?? now
  const from = asked.from ?? Math.max(0, to - presetMs)
  if (from >= to) return new Problem('API_RANGE_INVALID', 'from must be before to.')
  if (to - from > maxRangeMs) return new Problem('API_RANGE_INVALID', 'A range covers ten years at most.')
  return { from, to }
}

const widths = [
  ...[1, 2, 5, 10, 20, 30].map((n) => n * 1000),
  ...[1, 2, 5, 10, 15, 30].map((n) => n * minuteMs),
  ...[1, 2, 3, 6, 12].map((n) => n * hourMs),
  ...[1, 2, 7, 14].map((n) => n * dayMs),
] as const
const presetBuckets = 300
/** Finest preset: no roll-up has narrower rows. */
const finestMs = 10_000

/** Buckets that begin within or hold the beginning. */
export const bucketsIn = ({ from, to }: Range, bucketMs: number): number =>
  Math.ceil(to / bucketMs) - Math.floor(from / bucketMs)

export const seriesRangeOf = (
  asked: AskedRange & { readonly bucket?: number | undefined },
  now: number,
): SeriesRange | Problem => {
  const range = rangeOf(asked, now, hourMs)
  if (range instanceof Problem) return range
  const length = range.to - range.from
  const preset = widths.find((width) => width >= finestMs && length / width <= presetBuckets) ?? 14 * dayMs
  const bucketMs = asked.bucket ?? preset
  const count = bucketsIn(range, bucketMs)
  if (count > maxBuckets) {
    const least = widths.find((width) => bucketsIn(range, width) <= maxBuckets) ?? 14 * dayMs
    return new Problem(
      'API_RANGE_INVALID',
      `${count} buckets are more than the ${maxBuckets} there may be; ask for wider ones, such as bucket=${least / 1000}s.`,
    )
  }
  return { ...range, bucketMs }
}
