import { duration } from '../../format/time.ts'
import type { TableColumn } from '../column.ts'

export const propagationColumn: TableColumn = {
  key: 'propagation',
  sort: 'propagationMs',
  title: 'Delay of its latest block behind the first sight',
  short: 'Delay',
  width: 4.8,
  align: 'end',
  rank: 2,
  largestFirst: true,
  cell: (row) => duration(row.propagationMs),
}
