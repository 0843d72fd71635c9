import type { NodeRow } from '@netstats/protocol/feed'

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
  // One block behind is a node the newest block has not reached yet, which is normal for a moment.
  if (row.behind >= 2) return 'behind'
  return row.behind === 1 ? 'late' : 'head'
}
