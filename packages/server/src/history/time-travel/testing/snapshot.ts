/** What a view shows, as far as the history keeps it. */
import type { NetworkSummary, NodeRow } from '@netstats/protocol/feed'
import type { NetworkView } from '../../../shard/mod.ts'

/**
 * What the history does not keep: total difficulty, which block a processing time belongs to, gas prices beyond 2^53,
 * and what was only seen at the next tick: when a silent node spoke last is known to a second, its uptime to ten.
 */
const kept = (row: NodeRow | undefined): object => ({
  ...row,
  uptime: 0,
  totalDifficulty: null,
  processingMs: null,
  lastSeenAt: row?.state === 'inactive' ? 0 : row?.lastSeenAt,
})

/** Of older blocks only what they added up to is read: percentiles as good as the bins they come from. */
const sightedHeights = 60

export interface Snapshot {
  readonly nodes: object
  readonly blocks: readonly object[]
  readonly summary: NetworkSummary
}

export const snapshot = (view: NetworkView): Snapshot => {
  const summary = view.summary()
  const ids = [...view.nodeIds()].sort()
  return {
    nodes: Object.fromEntries(ids.map((id) => [id, kept(view.node(id))])),
    blocks: view.blocks(1000).map((block) => {
      const { seenBy = [], ...detail } = view.blockDetail(block.hash) ?? {}
      return block.number > (view.head()?.number ?? 0) - sightedHeights
        ? { ...detail, seenBy: seenBy.toSorted(([a], [b]) => (a < b ? -1 : 1)) }
        : { ...detail, p50Ms: null, p95Ms: null, p99Ms: null }
    }),
    summary: { ...summary, uptime: 0 },
  }
}

/** What is known only about: uptime in percent, and when each node spoke last in seconds. */
export const measures = (view: NetworkView): readonly (readonly number[])[] =>
  [...view.nodeIds()].sort().map((id) => [view.node(id)?.uptime ?? -1, (view.node(id)?.lastSeenAt ?? 0) / 1000])
