/** The newest state of a node, for the hello and the report after it: anyone who comes back tells what is, not what was. */
import type { Block, NodeId, NodeInfo, NodeStats, Observation, UnixMs } from '@netstats/protocol'

/** Older values of what changes all the time are worth nothing to a live view. */
export const staleAfterMs = 60_000

/** A value and when it was observed. */
export interface Dated<T> {
  readonly value: T
  readonly at: UnixMs
}

export interface Current {
  take(observation: Observation): void
  info(): NodeInfo | undefined
  /** Height of the newest head, whatever its age. */
  height(): number | undefined
  /** The head, while what was taken last is fresh: a chain may rightly stand still for hours. */
  head(now: UnixMs): Block | undefined
  stats(now: UnixMs): Dated<NodeStats> | undefined
  pending(now: UnixMs): Dated<number> | undefined
}

export const isStale = (at: UnixMs, now: UnixMs): boolean => now - at > staleAfterMs

export const createCurrent = (node: NodeId): Current => {
  let info: NodeInfo | undefined
  let head: Block | undefined
  let stats: Dated<NodeStats> | undefined
  let pending: Dated<number> | undefined
  let newest: UnixMs | undefined

  const fresh = <T>(dated: Dated<T> | undefined, now: UnixMs): Dated<T> | undefined =>
    dated === undefined || isStale(dated.at, now) ? undefined : dated

  return {
    take: (observation) => {
      if (observation.node !== node) return
      const at = observation.observedAt
      newest = at
      if (observation.kind === 'node-info') {
        // Another network: the head of the old one is nobody's.
        if (info?.genesis !== observation.body.genesis || info?.networkId !== observation.body.networkId)
          head = undefined
        info = observation.body
      } else if (observation.kind === 'block') {
        if (observation.body.historical !== true) head = observation.body
      } else if (observation.kind === 'node-stats') stats = { value: observation.body, at }
      else if (observation.kind === 'pending') pending = { value: observation.body.pending, at }
    },
    info: () => info,
    height: () => head?.number,
    head: (now) => (newest === undefined || isStale(newest, now) ? undefined : head),
    stats: (now) => fresh(stats, now),
    pending: (now) => fresh(pending, now),
  }
}
