import { unknown } from '../../format/numbers.ts'
import type { TableColumn } from '../column.ts'

export const miningColumn: TableColumn = {
  key: 'mining',
  sort: 'mining',
  title: 'Seals blocks',
  short: 'Seals',
  width: 3.6,
  rank: 60,
  largestFirst: true,
  cell: (row) => (row.mining === null ? unknown : row.mining ? 'yes' : 'no'),
}
