import type { Histogram } from '@netstats/protocol/feed'
import { useRef } from 'preact/hooks'
import { compact, count } from '../format/numbers.ts'
import { duration } from '../format/time.ts'
import { bars } from '../recorder/geometry.ts'
import { root } from '../recorder/scale.ts'
import { useWidth } from '../recorder/use-width.ts'
import { rootFontSize } from '../ui/root-font-size.ts'
import { visibleBins } from './histogram.ts'
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
  return (
    <Panel name="histogram" title="Delay of reports" note={`${compact(histogram.samples)} reports`}>
      {histogram.samples === 0 ? (
        <p class="quiet-note">No block has been reported by two nodes yet.</p>
      ) : (
        <div class="histogram" ref={holder}>
          <svg
            width={width}
            height={height + 22}
            role="img"
            aria-label={`${count(histogram.samples)} reports; half within ${duration(histogram.p50Ms)}, 95 percent within ${duration(histogram.p95Ms)}`}
          >
            <path
              class="bars"
              d={bars(
                frame,
                counts.map((n) => (n === 0 ? null : n)),
                root(most),
              )}
            />
            {histogram.p50Ms !== null && (
              <Marker x={x(histogram.p50Ms)} height={height} text="half" width={width} row={0} />
            )}
            {histogram.p95Ms !== null && (
              <Marker x={x(histogram.p95Ms)} height={height} text="95 %" width={width} row={1} />
            )}
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
          </svg>
        </div>
      )}
    </Panel>
  )
}

interface MarkerProps {
  readonly x: number
  readonly height: number
  readonly width: number
  readonly text: string
  readonly row: number
}

function Marker({ x, height, width, text, row }: MarkerProps) {
  const flip = x > width - 60
  const y = 11 + row * 15
  return (
    <g class="marker">
      <path d={`M${x} 0V${height}`} />
      <text x={flip ? x - 5 : x + 5} y={y} text-anchor={flip ? 'end' : 'start'}>
        {text}
      </text>
    </g>
  )
}
