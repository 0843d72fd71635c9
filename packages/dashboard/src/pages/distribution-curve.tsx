import type { BlockDetail } from '@netstats/protocol/feed'
import { useRef } from 'preact/hooks'
import { count, gap } from '../format/numbers.ts'
import { duration } from '../format/time.ts'
import { niceCeiling } from '../recorder/geometry.ts'
import { rootFontSize, useWidth } from '../ui/measures.ts'

/** Share of the active nodes that had the block, over the time since its first report. */
export function DistributionCurve({ block, active }: { readonly block: BlockDetail; readonly active: number }) {
  const holder = useRef<HTMLDivElement>(null)
  const width = useWidth(holder).value
  const height = Math.round(rootFontSize.value * 13)
  const steps = spreadOf(block.seenBy, active)
  const endMs = niceCeiling(Math.max(50, block.p99Ms ?? 0, steps.at(Math.floor(steps.length * 0.99))?.ms ?? 0))
  const x = (ms: number): number => Math.min(width, (ms / endMs) * width)
  const path = curvePath(steps, endMs, width, height)
  const missing = Math.max(0, active - block.seenBy.length)
  return (
    <section class="spread" aria-label="How the block spread">
      <header>
        <h2>How it spread</h2>
        <p>
          <b>{count(block.seenBy.length)}</b> of {count(Math.max(active, block.seenBy.length))} active nodes reported it
          {missing > 0 ? `, ${count(missing)} have not` : ''} · half within <b>{duration(block.p50Ms)}</b> · 95{gap}%
          within <b>{duration(block.p95Ms)}</b>
        </p>
      </header>
      <div ref={holder}>
        {steps.length === 0 ? (
          <p class="quiet-note">No live report: the block was requested afterwards, so its propagation is not known.</p>
        ) : (
          <svg
            width={width}
            height={height + 22}
            role="img"
            aria-label={`Half of the reports within ${duration(block.p50Ms)}, 95 percent within ${duration(block.p95Ms)}, 99 percent within ${duration(block.p99Ms)}`}
          >
            {[0, 0.25, 0.5, 0.75, 1].map((share) => (
              <path key={share} class="rule" d={`M0 ${height * (1 - share)}H${width}`} />
            ))}
            <path class="spread-area" d={`${path}V${height}H0Z`} />
            <path class="spread-line" d={path} />
            {[0.25, 0.5, 0.75, 1].map((share) => (
              <text key={share} x={4} y={height * (1 - share) + 13}>
                {share * 100}
                {gap}%
              </text>
            ))}
            {[block.p50Ms, block.p95Ms, block.p99Ms].map((ms, i) =>
              ms === null ? null : (
                <g key={i} class="marker">
                  <path d={`M${x(ms)} 0V${height}`} />
                  {/* Left of its line where there is no space at its right. */}
                  <text
                    x={x(ms) > width - 60 ? x(ms) - 4 : x(ms) + 4}
                    y={height - 6 - i * 15}
                    text-anchor={x(ms) > width - 60 ? 'end' : 'start'}
                  >
                    {['half', '95 %', '99 %'][i]}
                  </text>
                </g>
              ),
            )}
            {/* Fifths of 1, 2 or 5 times a power of ten are readable numbers. */}
            {[0, 0.2, 0.4, 0.6, 0.8, 1].map((share) => (
              <text
                key={share}
                x={share * width}
                y={height + 16}
                text-anchor={share === 0 ? 'start' : share === 1 ? 'end' : 'middle'}
              >
                {duration(share * endMs)}
              </text>
            ))}
          </svg>
        )}
      </div>
    </section>
  )
}

/** How a block spread: the share of the network that had it, over time. */
export interface Step {
  readonly ms: number
  readonly share: number
}

/** `seenBy` is fastest first. The share is of the active nodes, or of those that reported where that is more. */
export function spreadOf(seenBy: readonly (readonly [string, number])[], active: number): readonly Step[] {
  const all = Math.max(active, seenBy.length)
  return seenBy.map(([, ms], i) => ({ ms, share: (i + 1) / all }))
}

/** Corner points of the curve as pixels, at most one a pixel column. */
export function curvePath(steps: readonly Step[], endMs: number, width: number, height: number): string {
  if (steps.length === 0) return ''
  let path = `M0 ${height}`
  let lastX = -1
  let y = height
  for (const { ms, share } of steps) {
    const x = Math.min(width, Math.round((ms / endMs) * width * 2) / 2)
    const next = Math.round((1 - share) * height * 10) / 10
    if (x > lastX) path += `H${x}`
    if (next !== y) path += `V${next}`
    lastX = x
    y = next
  }
  return `${path}H${width}`
}
