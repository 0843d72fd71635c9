import { shortHash } from '../../format/chain.ts'
import type { TableColumn } from '../column.ts'

export const coinbaseColumn: TableColumn = {
  key: 'coinbase',
  sort: 'coinbase',
  title: 'Coinbase',
  width: 7.4,
  rank: 120,
  cell: (row) => <span class="hash">{shortHash(row.coinbase)}</span>,
}
