import { Strip } from '../../ui/strip.tsx'
import type { TableColumn } from '../column.ts'

export const historyColumn: TableColumn = {
  key: 'history',
  sort: 'propagation',
  title: 'Delay of the last 40 heights',
  short: 'Last 40',
  width: 8.4,
  rank: 5,
  largestFirst: true,
  cell: (row, { stripTopMs }) => <Strip values={row.propagation} topMs={stripTopMs} />,
}
