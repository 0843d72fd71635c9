import { tenths } from '../clock.ts'
import { decimal, gap } from '../format/numbers.ts'
import { duration, elapsed } from '../format/time.ts'
import { beatOf } from './beat.ts'

const since = (ms: number): string => (ms < 60_000 ? `${decimal(Math.floor(ms / 100) / 10, 1)}${gap}s` : elapsed(ms))

/** The one thing on the page that moves without news: the time since the last block, against the usual time. */
export function BeatGauge({ at, blockTimeMs }: { readonly at: number | null; readonly blockTimeMs: number | null }) {
  const beat = beatOf(tenths.value, at, blockTimeMs)
  if (!beat) return null
  return (
    <div class={`beat is-${beat.state}`} role="group" aria-label="Time since the last block">
      <p>
        <span class="label">Last block</span> <b class="beat-since">{since(beat.sinceMs)}</b> ago
        {beat.state !== 'waiting' && (
          <span class="beat-note">
            {beat.state === 'stalled' ? 'No new block. ' : 'Late. '}
            Usually every {duration(blockTimeMs)}
          </span>
        )}
      </p>
      <div class="beat-scale" aria-hidden="true">
        <i class="beat-fill" style={{ transform: `scaleX(${beat.hand})` }} />
        <i class="beat-mark" style={{ left: `${beat.mark * 100}%` }} />
        <i class="beat-mark is-minor" style={{ left: `${beat.mark * 200}%` }} />
      </div>
    </div>
  )
}
