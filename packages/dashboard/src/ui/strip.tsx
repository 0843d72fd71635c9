import { count } from '../format/numbers.ts'
import { duration } from '../format/time.ts'
import { memo } from './memo.ts'
import { stripPath } from './strip-path.ts'

interface Props {
  readonly values: readonly number[]
  readonly topMs: number
}

/** Delays of the last heights as a strip; heights the node did not report are low marks of another tone. */
export const Strip = memo(({ values, topMs }: Props) => {
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
