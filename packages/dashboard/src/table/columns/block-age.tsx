import { Ago } from '../../ui/ago.tsx'
import type { TableColumn } from '../column.ts'

export const blockAgeColumn: TableColumn = {
  key: 'block-age',
  sort: 'blockAt',
  title: 'Time since its latest block',
  short: 'Block age',
  width: 6,
  align: 'end',
  rank: 7,
  largestFirst: true,
  cell: (row) => <Ago at={row.blockAt} />,
}
