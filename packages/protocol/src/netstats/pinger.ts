import { addSample, estimate } from './clock-estimate.ts'
import type { ClockEstimate, Measured, Sample } from './clock-estimate.ts'
import type { Pong } from './messages.ts'
import type { At } from './server-types.ts'

/** Clocks are read in whole milliseconds at either end. */
const granularityMs = 1

/** Pings and what their pongs said. Plain data: a server has many. */
export interface Pinger {
  /** The ping whose pong is awaited: of several under way only the last counts. */
  sent: At | undefined
  samples: readonly Sample[]
}

const none: readonly Sample[] = []

export const createPinger = (): Pinger => ({ sent: undefined, samples: none })

/** The `t1` of a ping that leaves now. */
export const ping = (pinger: Pinger, at: At): number => {
  pinger.sent = at
  return at.now
}

/** What a pong says; undefined for one that nobody waits for, or that cannot be true. */
export const pong = (pinger: Pinger, { t1, t2, t3 }: Pong, { mono }: At): Measured | undefined => {
  const { sent } = pinger
  if (sent === undefined || sent.now !== t1) return undefined
  pinger.sent = undefined
  // Our own wall clock may have been set in between: t4 is counted on from t1.
  const elapsed = mono - sent.mono
  const roundTripMs = elapsed - (t3 - t2)
  if (t3 < t2 || roundTripMs < -granularityMs) return undefined
  const measured = {
    roundTripMs: Math.max(0, roundTripMs),
    offsetMs: (t2 - t1 + t3 - (t1 + elapsed)) / 2,
    errorMs: Math.max(0, roundTripMs) / 2 + granularityMs,
  }
  pinger.samples = addSample(pinger.samples, { offsetMs: measured.offsetMs, errorMs: measured.errorMs, mono })
  return measured
}

export const clockOf = (pinger: Pinger, { mono }: At): ClockEstimate | undefined => estimate(pinger.samples, mono)
