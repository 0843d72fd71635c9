import { count } from '../../format/numbers.ts'
import type { TableColumn } from '../column.ts'

export const peersColumn: TableColumn = {
  key: 'peers',
  sort: 'peers',
  title: 'Peers',
  width: 3.8,
  align: 'end',
  rank: 3,
  largestFirst: true,
  // A node without peers that keeps up is fed in another way; one that falls behind is cut off.
  cell: (row) =>
    row.peers === 0 && (row.behind ?? 0) > 0 ? (
      <span class="is-warn" title="no peers">
        0 !
      </span>
    ) : (
      count(row.peers)
    ),
}
