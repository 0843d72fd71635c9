import { unknown } from '../../format/numbers.ts'
import type { TableColumn } from '../column.ts'

export const placeColumn: TableColumn = {
  key: 'place',
  sort: 'country',
  title: 'Place',
  width: 7.5,
  cut: true,
  rank: 19,
  cell: (row) =>
    row.country === null && row.city === null ? (
      unknown
    ) : (
      <>
        {row.city} <span class="faint">{row.country}</span>
      </>
    ),
}
