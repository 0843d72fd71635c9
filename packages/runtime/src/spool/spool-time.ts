import type { UnixMs } from '@netstats/protocol'
import type { Clock } from '@netstats/sdk'

/**
 * The clock that rows age by. It never steps: while the process runs it follows the monotonic clock; over a restart it
 * takes the wall clock's difference, at least 0 and at most half the maximum age. So neither NTP, nor a battery-less
 * board that starts in 1970, nor a machine put away for a month can make everything in the spool too old at once; the
 * price is that rows may outlive their age by the time the machine was off.
 */
export interface SpoolTime {
  now(): number
  /** The wall clock's steps beyond `stepMs` seen by `check` so far. */
  steps(): number
  /** Milliseconds the wall clock stepped since the last check, 0 where it did not. */
  check(): number
}

export interface SpoolTimeOptions {
  readonly clock: Pick<Clock, 'now' | 'monotonic'>
  readonly maxAgeMs: number
  readonly saved?: { readonly spoolMs: number; readonly wallMs: UnixMs } | undefined
}

/** NTP slews; what moves faster than this between two checks was set. */
const stepMs = 5000

export const createSpoolTime = ({ clock, maxAgeMs, saved }: SpoolTimeOptions): SpoolTime => {
  const away = saved ? Math.min(Math.max(clock.now() - saved.wallMs, 0), maxAgeMs / 2) : 0
  const origin = (saved?.spoolMs ?? 0) + away - clock.monotonic()
  let offset = clock.now() - clock.monotonic()
  let steps = 0
  return {
    now: () => Math.round(origin + clock.monotonic()),
    steps: () => steps,
    check() {
      const moved = clock.now() - clock.monotonic() - offset
      // A slow drift is followed without a word.
      offset += moved
      if (Math.abs(moved) < stepMs) return 0
      steps++
      return Math.round(moved)
    },
  }
}
