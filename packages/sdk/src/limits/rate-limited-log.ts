/**
 * Decides which of many equal events are worth a line of the log: the first of a kind at once, then one after a pause that
 * grows with each, which says how many came meanwhile.
 */
import { createBoundedMap } from './bounded-map.ts'

export interface RareLog {
  /** How many of the kind came since its last line, this one included; undefined where it is not time for a line. */
  next(kind: string, now: number): number | undefined
}

const firstPauseMs = 60_000
const longestPauseMs = 3_600_000
/** Kinds remembered; the one that was silent for longest is forgotten first, and then begins as if it were new. */
const maxKinds = 200

export const createRareLog = (): RareLog => {
  const kinds = createBoundedMap<string, { due: number; pauseMs: number; count: number }>(maxKinds)
  return {
    next(kind, now) {
      const known = kinds.get(kind)
      if (known === undefined) {
        kinds.set(kind, { due: now + firstPauseMs, pauseMs: firstPauseMs, count: 0 })
        return 1
      }
      known.count++
      kinds.touch(kind, known)
      if (now < known.due) return undefined
      const { count } = known
      // What was quiet for long begins small again.
      const wasQuiet = now - known.due > longestPauseMs
      known.pauseMs = wasQuiet ? firstPauseMs : Math.min(known.pauseMs * 2, longestPauseMs)
      known.due = now + known.pauseMs
      known.count = 0
      return count
    },
  }
}
