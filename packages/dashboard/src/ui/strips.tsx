/** Strips: one small drawing of the last values, the newest at the right edge. */
import { gasShare } from '../format/chain.ts'
import { count } from '../format/numbers.ts'
import { duration } from '../format/time.ts'
import { bars, linear, root } from '../recorder/geometry.ts'
import { memo } from './memo.ts'

interface StripProps {
  readonly values: readonly number[]
  readonly topMs: number
}

/** Delays of the last heights as a strip; heights the node did not report are low marks of another tone. */
export const Strip = memo(({ values, topMs }: StripProps) => {
  const { known, missing, before, heard } = stripPath(values, topMs)
  const label =
    heard === 0
      ? 'no delays known'
      : `${count(heard)} of ${count(values.length)} heights, last ${duration(lastKnown(values))}`
  return (
    <svg class="strip" viewBox="0 0 160 16" preserveAspectRatio="none" role="img" aria-label={label}>
      {before && <path class="strip-before" d={before} />}
      {known && <path class="strip-known" d={known} />}
      {missing && <path class="strip-missing" d={missing} />}
    </svg>
  )
})

const lastKnown = (values: readonly number[]): number | undefined => values.findLast((v) => v >= 0)

const heights = 40
const stripBox = { width: 160, height: 16 }

/** Paths of a strip of 40 places in a box of 160 × 16, the newest at the right edge. */
export function stripPath(values: readonly number[], topMs: number) {
  const scale = root(topMs)
  const newest = values.slice(-heights)
  const start = heights - newest.length
  const step = stripBox.width / heights
  // Before its first report a node may not have been there: that is not a miss.
  const first = newest.findIndex((v) => v >= 0)
  let known = ''
  let missing = ''
  let before = ''
  let heard = 0
  for (const [i, value] of newest.entries()) {
    const x = (start + i) * step
    if (value < 0 && i < first) before += `M${x} ${stripBox.height - 2}h3v2h-3Z`
    else if (value < 0) missing += `M${x} ${stripBox.height - 2}h3v2h-3Z`
    else {
      heard += 1
      const h = Math.max(1.5, Math.round(scale(value) * stripBox.height * 10) / 10)
      known += `M${x} ${stripBox.height - h}h3v${h}h-3Z`
    }
  }
  return { known, missing, before, heard }
}

interface SeriesStripProps {
  readonly values: readonly (number | null)[]
  readonly limits: readonly (number | null)[]
}

const blocks = 60
const frame = { column: 5, height: 24 }

/** Gas used of the newest blocks against their limits, the newest at the right edge. */
export function SeriesStrip({ values, limits }: SeriesStripProps) {
  const shares = values.map((gasUsed, i) => gasShare({ gasUsed, gasLimit: limits[i] ?? null }))
  const padded = [...Array.from({ length: Math.max(0, blocks - shares.length) }, () => null), ...shares.slice(-blocks)]
  return (
    <svg
      class="series-strip"
      viewBox={`0 0 ${blocks * frame.column} ${frame.height}`}
      preserveAspectRatio="none"
      role="img"
      aria-label="Gas used of the newest blocks"
    >
      <path
        class="bars is-pale"
        d={bars(
          frame,
          padded.map((v) => (v === null ? null : 1)),
          linear(1),
        )}
      />
      <path class="bars" d={bars(frame, padded, linear(1))} />
    </svg>
  )
}
