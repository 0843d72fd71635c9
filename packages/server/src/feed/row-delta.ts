/** What a row's viewers are told when it changed. */
import type { NodeRow, RowDelta } from '@netstats/protocol/feed'
import { changedFields } from './diff.ts'

type Moved = NonNullable<RowDelta['propagationMoved']>

// A list that moved further than this is sent whole: it is rare, and looking further costs every row.
const furthest = 8

/** The shortest way to say how one list became the other; undefined where that is the list itself. */
export const moveOf = (before: readonly number[], after: readonly number[]): Moved | undefined => {
  let best: Moved | undefined
  for (let drop = 0; drop <= Math.min(furthest, before.length); drop++) {
    let keep = 0
    while (drop + keep < before.length && keep < after.length && before[drop + keep] === after[keep]) keep++
    const added = after.length - keep
    if (added <= furthest && (best === undefined || added < best.add.length))
      best = { drop, keep, add: after.slice(keep) }
  }
  return best
}

/** undefined: nothing changed. The row itself where there was none before. */
export const rowDelta = (before: NodeRow | null | undefined, after: NodeRow): RowDelta | undefined => {
  const patch = changedFields<NodeRow>(before, after)
  if (patch?.propagation === undefined || before === null || before === undefined) return patch
  const moved = moveOf(before.propagation, patch.propagation)
  if (moved === undefined) return patch
  const { propagation: _, ...fields } = patch
  return { ...fields, propagationMoved: moved }
}
