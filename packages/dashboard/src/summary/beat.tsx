import { tenths } from '../clock.ts'
import { decimal, gap } from '../format/numbers.ts'
import { duration, elapsed } from '../format/time.ts'

/** The beat: how long ago the last block was, against how long a block usually takes. */
interface Beat {
  readonly sinceMs: number
  /** Positions of the hand and of the mark at the usual time, as shares of the gauge. */
  readonly hand: number
  readonly mark: number
  readonly state: 'waiting' | 'late' | 'stalled'
}

/** The gauge is three block times long. Late past twice the usual time, stalled past six times and half a minute. */
const gaugeLength = 3

export function beatOf(now: number, lastBlockAt: number | null, blockTimeMs: number | null): Beat | undefined {
  if (lastBlockAt === null) return undefined
  const sinceMs = Math.max(0, now - lastBlockAt)
  // Without a usual time, fifteen seconds stand in.
  const usual = blockTimeMs !== null && blockTimeMs > 0 ? blockTimeMs : 15_000
  const state = sinceMs > Math.max(6 * usual, 30_000) ? 'stalled' : sinceMs > 2 * usual + 1000 ? 'late' : 'waiting'
  return { sinceMs, hand: Math.min(1, sinceMs / (gaugeLength * usual)), mark: 1 / gaugeLength, state }
}

const since = (ms: number): string => (ms < 60_000 ? `${decimal(Math.floor(ms / 100) / 10, 1)}${gap}s` : elapsed(ms))

/** The only thing on the page that moves without a message: the time since the last block, against the usual time. */
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
