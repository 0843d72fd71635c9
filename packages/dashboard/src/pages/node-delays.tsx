import type { NodeRow } from '@netstats/protocol/feed'
import { useRef } from 'preact/hooks'
import { count } from '../format/numbers.ts'
import { duration } from '../format/time.ts'
import { bars } from '../recorder/geometry.ts'
import { niceCeiling, root } from '../recorder/scale.ts'
import { useWidth } from '../recorder/use-width.ts'
import { rootFontSize } from '../ui/root-font-size.ts'

interface Props {
  readonly row: NodeRow
  readonly head: number | null
  readonly networkP95: number | null
}

const heights = 40

/** The node's delay at each of the last 40 heights, against the 95 % of the whole network. */
export function NodeDelays({ row, head, networkP95 }: Props) {
  const holder = useRef<HTMLDivElement>(null)
  const width = useWidth(holder).value
  const height = Math.round(rootFontSize.value * 8)
  const values = [
    ...Array.from({ length: Math.max(0, heights - row.propagation.length) }, () => null),
    ...row.propagation.slice(-heights),
  ]
  const known = values.filter((v) => v !== null && v >= 0) as readonly number[]
  const missed = values.filter((v) => v !== null && v < 0).length
  const top = niceCeiling(Math.max(100, networkP95 ?? 0, ...known))
  const frame = { column: width / heights, height }
  const y95 = networkP95 === null ? null : height * (1 - root(top)(networkP95))
  return (
    <section class="delays" aria-label="Delays of the last 40 heights">
      <header>
        <h2>Delay of the last {heights} heights</h2>
        <p>
          last <b>{duration(row.propagationMs)}</b> · mean <b>{duration(row.propagationAvgMs)}</b> ·{' '}
          {missed === 0 ? 'none missed' : `${count(missed)} not reported`}
        </p>
      </header>
      <div ref={holder}>
        <svg
          width={width}
          height={height + 20}
          role="img"
          aria-label={`${known.length} delays between ${duration(Math.min(...known))} and ${duration(Math.max(...known))}`}
        >
          <path
            class="bars"
            d={bars(
              frame,
              values.map((v) => (v !== null && v >= 0 ? v : null)),
              root(top),
            )}
          />
          <path
            class="bars is-missing"
            d={bars(
              { ...frame, height: height },
              values.map((v) => (v !== null && v < 0 ? top : null)),
              () => 0.06,
            )}
          />
          {y95 !== null && (
            <g class="marker">
              <path d={`M0 ${y95}H${width}`} />
              <text x={4} y={Math.max(11, y95 - 4)}>
                95 % of the network within {duration(networkP95)}
              </text>
            </g>
          )}
          <path class="rule" d={`M0 ${height}H${width}`} />
          {head !== null && (
            <>
              <text x={0} y={height + 15}>
                {count(head - heights + 1)}
              </text>
              <text x={width} y={height + 15} text-anchor="end">
                {count(head)}
              </text>
            </>
          )}
        </svg>
      </div>
    </section>
  )
}
