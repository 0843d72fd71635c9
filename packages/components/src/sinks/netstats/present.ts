/** What is so now, for a server that still gets what was: only what changed since it was told last. */
import type { Kind, Observation } from '@netstats/protocol'
import { limits } from '@netstats/protocol/netstats'
import type { Writable } from '@netstats/protocol/netstats'
import { fits, toWritable } from './lines.ts'

/** State of a live picture; the rest waits for its turn in the stream. */
const told: ReadonlySet<Kind> = new Set<Kind>(['node-info', 'node-stats', 'pending', 'block', 'alarm', 'host'])
/** What is older is not the present, but for what holds until it is said otherwise. */
const freshMs = 60_000
const holding: ReadonlySet<Kind> = new Set<Kind>(['node-info', 'block', 'alarm'])

export interface Present {
  /** What the server has not been told yet; empty where there is nothing. */
  news(latest: readonly Observation[], now: number): readonly Writable[]
}

/** One for each session: who logs in anew is told all of it. */
export const createPresent = (): Present => {
  let known: ReadonlySet<Observation> = new Set()
  return {
    news(latest, now) {
      const fresh = latest.filter(
        ({ kind, observedAt }) => told.has(kind) && (holding.has(kind) || now - observedAt <= freshMs),
      )
      const news = fresh.filter((one) => !known.has(one)).slice(0, limits.nowItems)
      known = new Set([...fresh.filter((one) => known.has(one)), ...news])
      return news.map(toWritable).filter(fits)
    },
  }
}
