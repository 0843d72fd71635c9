import { bars } from '../recorder/geometry.ts'
import { linear } from '../recorder/scale.ts'

interface Props {
  readonly values: readonly number[]
  readonly limits: readonly number[]
}

const places = 60
const frame = { column: 5, height: 24 }

/** Gas used of the newest blocks against their limits, the newest at the right edge. */
export function SeriesStrip({ values, limits }: Props) {
  const shares = values.map((v, i) => ((limits[i] ?? 0) > 0 ? v / limits[i]! : null))
  const padded = [...Array.from({ length: Math.max(0, places - shares.length) }, () => null), ...shares.slice(-places)]
  return (
    <svg
      class="series-strip"
      viewBox={`0 0 ${places * frame.column} ${frame.height}`}
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
