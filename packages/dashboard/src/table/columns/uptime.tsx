import { percent } from '../../format/numbers.ts'
import type { TableColumn } from '../column.ts'

export const uptimeColumn: TableColumn = {
  key: 'uptime',
  sort: 'uptime',
  title: 'Uptime, measured by the server',
  short: 'Uptime',
  width: 5,
  align: 'end',
  rank: 10,
  cell: (row) => percent(row.uptime),
}
