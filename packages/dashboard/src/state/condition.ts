/** The condition of a node at one glance, and how the nodes of a network divide by it. */
import type { NetworkSummary, NodeRow } from '@netstats/protocol/feed'

/** What matters about a node at one glance, worst first. Each has a shape of its own; colour only repeats it. */
export const conditions = ['inactive', 'behind', 'syncing', 'late', 'head', 'silent'] as const
export type Condition = (typeof conditions)[number]

export const conditionWords: Readonly<Record<Condition, string>> = {
  inactive: 'inactive',
  behind: 'behind',
  syncing: 'syncing',
  late: 'one behind',
  head: 'at the head',
  silent: 'no block yet',
}

export function conditionOf(row: Pick<NodeRow, 'state' | 'syncing' | 'behind'>): Condition {
  if (row.state === 'inactive') return 'inactive'
  if (row.syncing) return 'syncing'
  if (row.behind === null) return 'silent'
  // One block behind: the newest block has not reached the node yet, which is normal for a moment.
  if (row.behind >= 2) return 'behind'
  return row.behind === 1 ? 'late' : 'head'
}

export interface Part {
  readonly condition: Condition
  readonly count: number
}

/** The nodes of a network by condition; the parts add up to all of them even while the counts are being updated. */
export function populationOf(
  summary: Pick<NetworkSummary, 'nodes' | 'active' | 'atHead' | 'behind' | 'syncing'>,
): readonly Part[] {
  let left = summary.nodes
  const take = (n: number): number => {
    const taken = Math.max(0, Math.min(left, n))
    left -= taken
    return taken
  }
  const inactive = take(summary.nodes - summary.active)
  const head = take(summary.atHead)
  const syncing = take(summary.syncing)
  // Nodes that sync are far behind too; they are counted once.
  const behind = take(summary.behind - syncing)
  const parts: Part[] = [
    { condition: 'head', count: head },
    { condition: 'late', count: left },
    { condition: 'syncing', count: syncing },
    { condition: 'behind', count: behind },
    { condition: 'inactive', count: inactive },
  ]
  return parts.filter((p) => p.count > 0)
}
