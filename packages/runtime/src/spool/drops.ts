import type { Gap, NodeId, Observation, ShedClass, UnixMs } from '@netstats/protocol'

/** Observations of one node and class given up for one reason, not yet reported northbound. */
export interface Drop extends Gap {
  readonly node: NodeId
}

export type DropReason = Gap['reason']

/** What was given up and still has to be reported, by node, reason and class. Adding gives a new one. */
export type Drops = ReadonlyMap<string, Drop>

/** Beyond this many different ones, further nodes are reported under one that is there already. */
const mostDrops = 1000

const keyOf = (drop: Drop): string => `${drop.reason} ${drop.class} ${drop.node}`

export const addDrops = (drops: Drops, more: Iterable<Drop>): Drops => {
  let sum: Map<string, Drop> | undefined
  for (const drop of more) {
    // How much went with a damaged file may be unknown; that something did is not.
    if (drop.dropped === 0 && drop.reason !== 'corrupt') continue
    sum ??= new Map(drops)
    let key = keyOf(drop)
    if (!sum.has(key) && sum.size >= mostDrops) {
      key = sum.keys().find((one) => one.startsWith(`${drop.reason} ${drop.class} `)) ?? key
    }
    const old = sum.get(key)
    sum.set(key, old ? merge(old, drop) : drop)
  }
  return sum ?? drops
}

const merge = (old: Drop, drop: Drop): Drop => ({
  ...old,
  dropped: old.dropped + drop.dropped,
  from: Math.min(old.from, drop.from) as UnixMs,
  to: Math.max(old.to, drop.to) as UnixMs,
})

/** One drop for each node among the rows that are given up. */
export const dropsOf = (
  rows: Iterable<{ readonly node: NodeId; readonly observedAt: UnixMs }>,
  reason: DropReason,
  shed: ShedClass,
): readonly Drop[] => {
  const byNode = new Map<NodeId, Drop>()
  for (const { node, observedAt } of rows) {
    const one: Drop = { node, reason, class: shed, dropped: 1, from: observedAt, to: observedAt }
    const old = byNode.get(node)
    byNode.set(node, old ? merge(old, one) : one)
  }
  return [...byNode.values()]
}

/** The observations that tell the other end what is missing. */
export const gapsOf = (drops: Drops, now: UnixMs): readonly Observation[] =>
  [...drops.values()].map(({ node, ...body }) => ({ kind: 'gap', node, observedAt: now, body }))
