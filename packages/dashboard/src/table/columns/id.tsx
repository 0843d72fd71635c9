import type { TableColumn } from '../column.ts'

export const idColumn: TableColumn = {
  key: 'id',
  sort: 'id',
  title: 'Id',
  width: 10,
  cut: true,
  rank: 126,
  cell: (row) => row.id,
}
