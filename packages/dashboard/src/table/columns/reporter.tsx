import { unknown } from '../../format/numbers.ts'
import type { TableColumn } from '../column.ts'

export const reporterColumn: TableColumn = {
  key: 'reporter',
  sort: 'reporter',
  title: 'Reported by',
  width: 8,
  cut: true,
  rank: 123,
  cell: (row) => row.reporter ?? unknown,
}
