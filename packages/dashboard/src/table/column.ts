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
  /** True for text of any length: it is cut at the edge of the column. A clip for every cell would make painting dear. */
  readonly cut?: boolean
  /** The lower, the sooner it is shown when room is scarce; columns above 100 only when chosen. */
  readonly rank: number
  /** True where the large values are the interesting ones: the first click sorts them to the top. */
  readonly largestFirst?: boolean
  readonly cell: (row: NodeRow, context: CellContext) => ComponentChildren
}
