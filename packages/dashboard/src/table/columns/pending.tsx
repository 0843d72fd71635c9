import { count } from '../../format/numbers.ts'
import type { TableColumn } from '../column.ts'

export const pendingColumn: TableColumn = {
  key: 'pending',
  sort: 'pending',
  title: 'Pending transactions',
  short: 'Pending',
  width: 4.6,
  align: 'end',
  rank: 12,
  largestFirst: true,
  cell: (row) => count(row.pending),
}
