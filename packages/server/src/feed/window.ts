/** A window cut out of a sorted table: pinned rows first, then `limit` of the others from `offset`. */
import type { NodeRow, NodeWindow, RowDelta, TopicData, TopicDelta } from '@netstats/protocol/feed'
import type { NodeEntry } from './node-entry.ts'
import type { NodeTable } from './node-table.ts'
import { rowDelta } from './row-delta.ts'
import type { WindowIndex } from './window-index.ts'

export const cutWindow = (
  index: Pick<WindowIndex, 'slice' | 'indexOf'>,
  table: Pick<NodeTable, 'entry'>,
  window: Pick<NodeWindow, 'offset' | 'limit' | 'pinned'>,
): readonly NodeEntry[] => {
  const pinned = window.pinned.map((id) => table.entry(id)).filter((entry) => entry !== undefined)
  if (pinned.length === 0) return index.slice(window.offset, window.limit)
  const above = new Set(pinned)
  // Rows below begin after `offset` that are not pinned: each pinned one on the way there moves the beginning on.
  let from = window.offset
  const places = pinned.map((entry) => index.indexOf(entry)).filter((place) => place >= 0)
  for (const place of places.sort((a, b) => a - b)) if (place <= from) from++
  const below = index.slice(from, window.limit + places.length).filter((entry) => !above.has(entry))
  return [...pinned, ...below.slice(0, window.limit)]
}

export const windowData = (
  entries: readonly NodeEntry[],
  table: NodeTable,
  counts: { readonly total: number; readonly all: number },
): TopicData['nodes'] => {
  // Node ids come from outside; an object without prototype keeps `__proto__` an ordinary key.
  const rows = Object.create(null) as Record<string, NodeRow>
  const order: string[] = []
  for (const entry of entries) {
    // A sorted table that was not repaired yet may still hold a node that is gone.
    const row = entry.gone ? undefined : table.row(entry)
    if (row === undefined) continue
    rows[entry.id] = row
    order.push(entry.id)
  }
  return { ...counts, order, rows }
}

export const windowDelta = (before: TopicData['nodes'], after: TopicData['nodes']): TopicDelta['nodes'] | undefined => {
  const rows = Object.create(null) as Record<string, RowDelta>
  let changed = false
  for (const id of after.order) {
    const row = after.rows[id] as NodeRow
    const patch = rowDelta(before.rows[id], row)
    if (patch === undefined) continue
    rows[id] = patch
    changed = true
  }
  const sameOrder = before.order.length === after.order.length && before.order.every((id, i) => id === after.order[i])
  if (!changed && sameOrder && before.total === after.total && before.all === after.all) return undefined
  return {
    ...(before.total === after.total ? {} : { total: after.total }),
    ...(before.all === after.all ? {} : { all: after.all }),
    ...(sameOrder ? {} : { order: after.order }),
    rows,
  }
}
