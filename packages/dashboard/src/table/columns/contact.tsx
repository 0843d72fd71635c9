import { unknown } from '../../format/numbers.ts'
import type { TableColumn } from '../column.ts'

export const contactColumn: TableColumn = {
  key: 'contact',
  sort: 'contact',
  title: 'Contact',
  width: 10,
  cut: true,
  rank: 124,
  cell: (row) => row.contact ?? unknown,
}
