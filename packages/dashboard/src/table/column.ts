/** What a column of the node table is, and which columns are shown. */
import type { NodeColumn, NodeRow } from '@netstats/protocol/feed'
import type { ComponentChildren } from 'preact'
import type { Sealers } from '../state/sealers.ts'

/** What cells may look at besides their row. */
export interface CellContext {
  readonly network: string
  readonly sealers: Sealers
  /** Upper end of the propagation strips, the same for all rows so that they compare. */
  readonly stripTopMs: number
}

export interface TableColumn {
  readonly key: string
  /** What the server sorts by when the header is chosen. */
  readonly sort: NodeColumn
  readonly title: string
  /** Header text, where the title is too long. */
  readonly short?: string
  /** In rem. */
  readonly width: number
  readonly align?: 'end'
  /** True for text of any length: it is cut at the edge of the column. Clipping every cell would make painting slow. */
  readonly cut?: boolean
  /** The lower, the sooner it is shown when space is scarce; columns above 100 only when chosen. */
  readonly rank: number
  /** True where the large values are the interesting ones: the first click sorts them to the top. */
  readonly largestFirst?: boolean
  readonly cell: (row: NodeRow, context: CellContext) => ComponentChildren
}

/** Ranks above this are shown only when chosen. */
const onlyChosen = 100

/**
 * The columns to show. Chosen ones as they are, in table order; without a choice as many as fit, the most
 * useful first. The name is always there, since it identifies the row; it takes the space that is left, at least `nameRem`.
 */
export function fitColumns(
  all: readonly TableColumn[],
  chosen: readonly string[],
  roomRem: number,
  nameRem = 13,
): readonly TableColumn[] {
  if (chosen.length > 0) return all.filter((c) => c.rank === 0 || chosen.includes(c.key))
  let left = roomRem - nameRem
  const fits = new Set<TableColumn>()
  for (const column of all.toSorted((a, b) => a.rank - b.rank)) {
    if (column.rank > onlyChosen) break
    if (column.rank > 0) {
      if (column.width > left) break
      left -= column.width
    }
    fits.add(column)
  }
  return all.filter((c) => fits.has(c))
}
