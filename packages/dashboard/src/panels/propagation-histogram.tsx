import type { Histogram } from '@netstats/protocol/feed'
import { useRef } from 'preact/hooks'
import { compact, count, gap } from '../format/numbers.ts'
import { duration } from '../format/time.ts'
import { bars, root } from '../recorder/geometry.ts'
import { rootFontSize, useWidth } from '../ui/measures.ts'
import { Panel } from './panel.tsx'

/** How fast blocks reach nodes: reports by delay, with the half and the 95 % marked. */
export function PropagationHistogram({ histogram }: { readonly histogram: Histogram }) {
  const holder = useRef<HTMLDivElement>(null)
  const width = useWidth(holder).value
  const height = Math.round(rootFontSize.value * 8.4)
  const { counts, endMs, open } = visibleBins(histogram)
  const frame = { column: width / counts.length, height }
  const most = Math.max(1, ...counts)
  const x = (ms: number): number => Math.min(width, (ms / endMs) * width)
  const { p50Ms, p95Ms } = histogram
  const halfText = `half ${duration(p50Ms)}`
  const mostText = `95${gap}% ${duration(p95Ms)}`
  // The second label steps aside for the first, and both stay inside.
  const halfAt = p50Ms === null ? 0 : Math.min(x(p50Ms), width - textWidth(halfText) - textWidth(mostText))
  const mostAt =
    p95Ms === null ? 0 : Math.min(Math.max(x(p95Ms), halfAt + textWidth(halfText)), width - textWidth(mostText))
  return (
    <Panel name="histogram" title="Delay of reports" note={`${compact(histogram.samples)} reports`}>
      <div class="histogram" ref={holder}>
        {histogram.samples === 0 ? (
          <p class="quiet-note">No block has been reported by two nodes yet.</p>
        ) : (
          <svg
            width={width}
            height={band + height + 22}
            role="img"
            aria-label={`${count(histogram.samples)} reports; half within ${duration(p50Ms)}, 95 percent within ${duration(p95Ms)}`}
          >
            <g transform={`translate(0 ${band})`}>
              <path
                class="bars"
                d={bars(
                  frame,
                  counts.map((n) => (n === 0 ? null : n)),
                  root(most),
                )}
              />
              <path class="rule" d={`M0 ${height}H${width}`} />
              {[0, 0.5, 1].map((share) => (
                <text
                  key={share}
                  x={share * width}
                  y={height + 15}
                  text-anchor={share === 0 ? 'start' : share === 1 ? 'end' : 'middle'}
                >
                  {share === 1 && open ? '≥ ' : ''}
                  {duration(share * endMs)}
                </text>
              ))}
            </g>
            {p50Ms !== null && <Marker x={x(p50Ms)} textX={halfAt} height={height} text={halfText} />}
            {p95Ms !== null && <Marker x={x(p95Ms)} textX={mostAt} height={height} text={mostText} />}
          </svg>
        )}
      </div>
    </Panel>
  )
}

/** Space above the bars for the labels. */
const band = 18
const textWidth = (text: string): number => text.length * rootFontSize.value * 0.46

interface MarkerProps {
  readonly x: number
  readonly textX: number
  readonly height: number
  readonly text: string
}

function Marker({ x, textX, height, text }: MarkerProps) {
  return (
    <g class="marker">
      <path d={`M${x} ${band - 3}V${band + height}`} />
      <text x={textX} y={11}>
        {text}
      </text>
    </g>
  )
}

interface Bins {
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
