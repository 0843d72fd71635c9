import { duration } from '../../format/time.ts'
import type { TableColumn } from '../column.ts'

export const latencyColumn: TableColumn = {
  key: 'latency',
  sort: 'latencyMs',
  title: 'Latency, as the node says',
  short: 'Latency',
  width: 4.8,
  align: 'end',
  rank: 9,
  largestFirst: true,
  cell: (row) => duration(row.latencyMs),
}
