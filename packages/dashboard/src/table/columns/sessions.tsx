import { count } from '../../format/numbers.ts'
import type { TableColumn } from '../column.ts'

export const sessionsColumn: TableColumn = {
  key: 'sessions',
  sort: 'sessions',
  title: 'Connections since first sight; many mean it flaps',
  short: 'Sessions',
  width: 4.8,
  align: 'end',
  rank: 14,
  largestFirst: true,
  cell: (row) => count(row.sessions),
}
