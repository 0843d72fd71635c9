import { count } from '../../format/numbers.ts'
import type { TableColumn } from '../column.ts'

export const blockColumn: TableColumn = {
  key: 'block',
  sort: 'blockNumber',
  title: 'Latest block',
  short: 'Block',
  width: 6.6,
  align: 'end',
  rank: 4,
  largestFirst: true,
  cell: (row) => count(row.blockNumber),
}
