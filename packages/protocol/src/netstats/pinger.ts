import { createClockEstimator } from './clock-estimate.ts'
import type { ClockEstimate, Measured } from './clock-estimate.ts'
import type { At } from './server-types.ts'
import type { Pong } from './messages.ts'

/** Clocks are read in whole milliseconds at either end. */
const granularityMs = 1

export interface Pinger {
  /** The `t1` of a ping that leaves now. Of several under way only the pong of the last counts. */
  ping(at: At): number
  /** What a pong says; undefined for one that nobody waits for, or that can not be true. */
  pong(message: Pong, at: At): Measured | undefined
  clock(at: At): ClockEstimate | undefined
}

export const createPinger = (): Pinger => {
  const estimator = createClockEstimator()
  let sent: { readonly t1: number; readonly mono: number } | undefined
  return {
    ping: ({ now, mono }) => {
      sent = { t1: now, mono }
      return now
    },
    pong: ({ t1, t2, t3 }, { mono }) => {
      if (sent === undefined || sent.t1 !== t1) return undefined
      // Our own wall clock may have been set in between: t4 is counted on from t1.
      const elapsed = mono - sent.mono
      sent = undefined
      const roundTripMs = elapsed - (t3 - t2)
      if (t3 < t2 || roundTripMs < -granularityMs) return undefined
      const measured = {
        roundTripMs: Math.max(0, roundTripMs),
        offsetMs: (t2 - t1 + t3 - (t1 + elapsed)) / 2,
        errorMs: Math.max(0, roundTripMs) / 2 + granularityMs,
      }
      estimator.add(measured, mono)
      return measured
    },
    clock: ({ mono }) => estimator.best(mono),
  }
}
