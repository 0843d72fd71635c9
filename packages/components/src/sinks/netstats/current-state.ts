/** The current state of a node, for a server that still gets older observations: only what changed since it was sent last. */
import type { Kind, Observation } from '@netstats/protocol'
import { limits } from '@netstats/protocol/netstats'
import type { Writable } from '@netstats/protocol/netstats'
import { fits, toWritable } from './lines.ts'

/** Kinds that make up the state of a node; the others wait for their turn in the stream. */
const sent: ReadonlySet<Kind> = new Set<Kind>(['node-info', 'node-stats', 'pending', 'block', 'alarm', 'host'])
/** Older observations are not current, except those that hold until another one replaces them. */
const freshMs = 60_000
const holding: ReadonlySet<Kind> = new Set<Kind>(['node-info', 'block', 'alarm'])

export interface CurrentState {
  /** What has not been sent to the server yet. */
  news(latest: readonly Observation[], now: number): readonly Writable[]
}

/** One for each session: a new login is sent all of it. */
export const createCurrentState = (): CurrentState => {
  let known: ReadonlySet<Observation> = new Set()
  return {
    news(latest, now) {
      const fresh = latest.filter(
        ({ kind, observedAt }) => sent.has(kind) && (holding.has(kind) || now - observedAt <= freshMs),
      )
      const news = fresh.filter((one) => !known.has(one)).slice(0, limits.nowItems)
      known = new Set([...fresh.filter((one) => known.has(one)), ...news])
      return news.map(toWritable).filter(fits)
    },
  }
}
