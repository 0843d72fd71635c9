import { unknown } from '../../format/numbers.ts'
import type { TableColumn } from '../column.ts'

export const osColumn: TableColumn = {
  key: 'os',
  sort: 'os',
  title: 'Operating system',
  short: 'System',
  width: 7,
  cut: true,
  rank: 121,
  cell: (row) => [row.os, row.osVersion].filter(Boolean).join(' ') || unknown,
}
