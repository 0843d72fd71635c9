import { decodeObservation } from '@netstats/protocol'
import type { Gap, NodeId, Observation, ShedClass, UnixMs } from '@netstats/protocol'

/** Observations of one node and class given up for one reason, not yet reported northbound. */
export interface Drop extends Gap {
  readonly node: NodeId
}

export type DropReason = Gap['reason']

/**
 * What was given up and still has to be reported: sums by node, reason and class, and reports that are to be told again as
 * they were, so that who has had one knows it. Adding gives a new one.
 */
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

/** Adds reports that nobody may have had; beyond the bound they are summed up like others. */
export const addReports = (drops: Drops, reports: Iterable<Drop>): Drops => {
  const sum = new Map(drops)
  const beyond: Drop[] = []
  for (const report of reports) {
    if (sum.size < mostDrops) sum.set(reportKeyOf(report), report)
    else beyond.push(report)
  }
  return addDrops(sum.size === drops.size ? drops : sum, beyond)
}

const reportKeyOf = (drop: Drop): string => `${keyOf(drop)} ${drop.from} ${drop.to} ${drop.dropped}`

/** Puts what was taken out to be reported back, with what came meanwhile. */
export const joinDrops = (before: Drops, more: Drops): Drops => {
  let sum = before
  for (const [key, drop] of more) sum = key === keyOf(drop) ? addDrops(sum, [drop]) : addReports(sum, [drop])
  return sum
}

/** As they were saved: of several with the same node, reason and class the first is the sum, the others are reports. */
export const loadDrops = (saved: Iterable<Drop>): Drops => {
  let sum: Drops = new Map()
  for (const drop of saved) sum = sum.has(keyOf(drop)) ? addReports(sum, [drop]) : addDrops(sum, [drop])
  return sum
}

const merge = (old: Drop, drop: Drop): Drop => ({
  ...old,
  dropped: old.dropped + drop.dropped,
  from: Math.min(old.from, drop.from) as UnixMs,
  to: Math.max(old.to, drop.to) as UnixMs,
})

interface LostRow {
  readonly node: NodeId
  readonly observedAt: UnixMs
}

/** One drop for each node among the rows that are given up. */
export const dropsOf = (rows: Iterable<LostRow>, reason: DropReason, shed: ShedClass): readonly Drop[] => {
  const byNode = new Map<NodeId, Drop>()
  for (const { node, observedAt } of rows) {
    const one: Drop = { node, reason, class: shed, dropped: 1, from: observedAt, to: observedAt }
    const old = byNode.get(node)
    byNode.set(node, old ? merge(old, one) : one)
  }
  return [...byNode.values()]
}

export interface Losses {
  readonly drops: readonly Drop[]
  /** What reports among the rows reported, and nobody has heard. It has been counted. */
  readonly untold: readonly Drop[]
}

/** What follows from giving up rows, of which some are reports themselves: `gap` is their body. */
export const lossesOf = (
  rows: Iterable<LostRow & { readonly gap?: string | null | undefined }>,
  reason: DropReason,
  shed: ShedClass,
): Losses => {
  const others: LostRow[] = []
  const untold: Drop[] = []
  for (const row of rows) {
    const told = typeof row.gap === 'string' ? readGap(row.node, row.observedAt, row.gap) : undefined
    if (told === undefined) others.push(row)
    else untold.push(told)
  }
  return { drops: dropsOf(others, reason, shed), untold }
}

/** Undefined where it cannot be read: then it is lost like any other row. */
const readGap = (node: NodeId, observedAt: UnixMs, text: string): Drop | undefined => {
  try {
    const gap = decodeObservation('gap', node, observedAt, text)
    return gap.kind === 'gap' ? { node, ...gap.body } : undefined
  } catch {
    return undefined
  }
}

/** The observation that tells the other end what is missing. */
export const gapOf = ({ node, ...body }: Drop, now: UnixMs): Observation => ({
  kind: 'gap',
  node,
  observedAt: now,
  body,
})
