import { compact } from '../../format/numbers.ts'
import type { TableColumn } from '../column.ts'

export const hashrateColumn: TableColumn = {
  key: 'hashrate',
  sort: 'hashrate',
  title: 'Hash rate',
  width: 5,
  align: 'end',
  rank: 140,
  largestFirst: true,
  cell: (row) => compact(row.hashrate),
}
