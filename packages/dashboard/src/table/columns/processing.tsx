import { duration } from '../../format/time.ts'
import type { TableColumn } from '../column.ts'

export const processingColumn: TableColumn = {
  key: 'processing',
  sort: 'processingMs',
  title: 'Time to execute its latest block',
  short: 'Executes',
  width: 5,
  align: 'end',
  rank: 17,
  largestFirst: true,
  cell: (row) => duration(row.processingMs),
}
