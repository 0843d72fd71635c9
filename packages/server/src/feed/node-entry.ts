import type { NodeRow } from '@netstats/protocol/feed'

/** A node in the table of its network, as sorted tables share it. */
export interface NodeEntry {
  readonly id: string
  /** Table revision at which anything of the node changed last. */
  revision: number
  gone: boolean
  /** Scratch of the one who holds the table's newest generation: tells entries apart in one pass without a set. */
  generation: number
  /** Values of columns by slot, and what they were made from: making a sort key or search text costs more than comparing. */
  readonly values: unknown[]
  readonly raws: unknown[]
  row: NodeRow | undefined
}
