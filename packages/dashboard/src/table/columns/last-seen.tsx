import { Ago } from '../../ui/ago.tsx'
import type { TableColumn } from '../column.ts'

export const lastSeenColumn: TableColumn = {
  key: 'last-seen',
  sort: 'lastSeenAt',
  title: 'Last heard of',
  short: 'Heard',
  width: 6,
  align: 'end',
  rank: 90,
  largestFirst: true,
  cell: (row) => <Ago at={row.lastSeenAt} />,
}
