import { percent } from '../../format/numbers.ts'
import type { TableColumn } from '../column.ts'

export const reportedUptimeColumn: TableColumn = {
  key: 'reported-uptime',
  sort: 'reportedUptime',
  title: 'Uptime, as the node says',
  short: 'Says up',
  width: 5,
  align: 'end',
  rank: 131,
  cell: (row) => percent(row.reportedUptime),
}
