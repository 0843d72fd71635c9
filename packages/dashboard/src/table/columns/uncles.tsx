import { count } from '../../format/numbers.ts'
import type { TableColumn } from '../column.ts'

export const unclesColumn: TableColumn = {
  key: 'uncles',
  sort: 'blockUncles',
  title: 'Uncles in its latest block',
  short: 'Uncles',
  width: 4.2,
  align: 'end',
  rank: 110,
  largestFirst: true,
  cell: (row) => count(row.blockUncles),
}
