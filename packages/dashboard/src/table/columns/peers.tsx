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
  cell: (row) => (
    <span class={row.peers === 0 ? 'is-bad' : undefined} title={row.peers === 0 ? 'no peers' : undefined}>
      {row.peers === 0 ? '0 !' : count(row.peers)}
    </span>
  ),
}
