import type { NodeRow } from '@netstats/protocol/feed'
import type { ShownWindow } from './use-node-window.ts'

export interface Rows {
  readonly pinned: readonly NodeRow[]
  /** Rows of the window, from its offset on. */
  readonly loaded: readonly NodeRow[]
  /** Rows that are not pinned, loaded or not. */
  readonly count: number
}

/** Splits what a window brought into pinned rows and the others, and counts the others that are elsewhere. */
export function listRows({ window, data }: Pick<ShownWindow, 'window' | 'data'>, pins: readonly string[]): Rows {
  if (!data) return { pinned: [], loaded: [], count: 0 }
  const asked = new Set(window.pinned)
  const now = new Set(pins)
  const pinned: NodeRow[] = []
  const loaded: NodeRow[] = []
  for (const id of data.order) {
    const row = data.rows[id]
    if (!row) continue
    // What was just unpinned leaves the top at once; its place below comes with the next answer.
    if (!asked.has(id)) loaded.push(row)
    else if (now.has(id)) pinned.push(row)
  }
  const end = window.offset + loaded.length
  // A full window says there may be more. Pinned rows may match the filter or not; the end tells the exact number.
  const count = loaded.length < window.limit ? end : Math.max(end, data.total - pinned.length)
  return { pinned, loaded, count }
}
