import { duration } from '../../format/time.ts'
import type { TableColumn } from '../column.ts'

export const propagationMeanColumn: TableColumn = {
  key: 'propagation-mean',
  sort: 'propagationAvgMs',
  title: 'Mean delay of its last 40 blocks',
  short: 'Mean',
  width: 4.8,
  align: 'end',
  rank: 8,
  largestFirst: true,
  cell: (row) => duration(row.propagationAvgMs),
}
