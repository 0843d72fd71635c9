import type { NodeRow } from '@netstats/protocol/feed'
import { useRef } from 'preact/hooks'
import { count } from '../format/numbers.ts'
import { duration } from '../format/time.ts'
import { bars, linear, niceCeiling, root } from '../recorder/geometry.ts'
import { rootFontSize, useWidth } from '../ui/measures.ts'

interface Props {
  readonly row: NodeRow
  readonly head: number | null
  readonly networkP95: number | null
}

const heights = 40
/** Height of a mark that has no value. */
const low = (is: boolean): number | null => (is ? 0.06 : null)

/** The node's delay at each of the last 40 heights, against the 95 % of the whole network. */
export function NodeDelays({ row, head, networkP95 }: Props) {
  const holder = useRef<HTMLDivElement>(null)
  const width = useWidth(holder).value
  const height = Math.round(rootFontSize.value * 8)
  const { known, missed, before } = splitDelays(row.propagation, heights)
  const heard = known.filter((v) => v !== null)
  const misses = missed.filter(Boolean).length
  const top = niceCeiling(Math.max(100, networkP95 ?? 0, ...heard))
  const frame = { column: width / heights, height }
  const y95 = networkP95 === null ? null : height * (1 - root(top)(networkP95))
  return (
    <section class="delays" aria-label="Delays of the last 40 heights">
      <header>
        <h2>Delay of the last {heights} heights</h2>
        <p>
          last <b>{duration(row.propagationMs)}</b> · mean <b>{duration(row.propagationAvgMs)}</b> ·{' '}
          {misses === 0 ? 'none missed' : `${count(misses)} not reported`}
        </p>
      </header>
      <div ref={holder}>
        <svg
          width={width}
          height={height + 20}
          role="img"
          aria-label={
            heard.length === 0
              ? 'no delays known'
              : `${heard.length} delays between ${duration(Math.min(...heard))} and ${duration(Math.max(...heard))}`
          }
        >
          <path class="bars" d={bars(frame, known, root(top))} />
          <path class="bars is-missing" d={bars(frame, missed.map(low), linear(1))} />
          <path class="bars is-pale" d={bars(frame, before.map(low), linear(1))} />
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
                {head >= heights ? count(head - heights + 1) : ''}
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

/** Delays of the last heights, oldest first, parted by what they say; each list has one entry a place. */
export interface Delays {
  readonly known: readonly (number | null)[]
  /** Not reported, though the node had reported before. */
  readonly missed: readonly boolean[]
  /** Before its first report in this span; it may not have been there. */
  readonly before: readonly boolean[]
}

export function splitDelays(values: readonly number[], places: number): Delays {
  const newest = values.slice(-places)
  const empty = places - newest.length
  const first = newest.findIndex((v) => v >= 0)
  const at = (i: number): number | undefined => newest[i - empty]
  const list = Array.from({ length: places }, (_, i) => i)
  return {
    known: list.map((i) => ((at(i) ?? -1) >= 0 ? at(i)! : null)),
    missed: list.map((i) => (at(i) ?? 0) < 0 && i - empty > first),
    before: list.map((i) => (at(i) ?? 0) < 0 && i - empty < first),
  }
}
