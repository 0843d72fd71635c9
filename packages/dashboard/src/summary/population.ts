import type { NetworkSummary } from '@netstats/protocol/feed'
import type { Condition } from '../state/condition.ts'

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
  // Nodes that sync are far behind too; they are told once.
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
