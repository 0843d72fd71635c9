import { Ago } from '../../ui/ago.tsx'
import type { TableColumn } from '../column.ts'

export const stateSinceColumn: TableColumn = {
  key: 'state-since',
  sort: 'stateSince',
  title: 'In this state since',
  short: 'Since',
  width: 6.5,
  align: 'end',
  rank: 130,
  largestFirst: true,
  cell: (row) => <Ago at={row.stateSince} />,
}
