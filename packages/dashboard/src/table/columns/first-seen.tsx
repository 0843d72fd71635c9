import { Ago } from '../../ui/ago.tsx'
import type { TableColumn } from '../column.ts'

export const firstSeenColumn: TableColumn = {
  key: 'first-seen',
  sort: 'firstSeenAt',
  title: 'Known since',
  width: 6.4,
  align: 'end',
  rank: 125,
  cell: (row) => <Ago at={row.firstSeenAt} />,
}
