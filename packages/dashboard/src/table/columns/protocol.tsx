import { unknown } from '../../format/numbers.ts'
import type { TableColumn } from '../column.ts'

export const protocolColumn: TableColumn = {
  key: 'protocol',
  sort: 'protocol',
  title: 'Protocol and port',
  short: 'Protocol',
  width: 7,
  cut: true,
  rank: 122,
  cell: (row) => (
    <>
      {row.protocol ?? unknown} <span class="faint">{row.port}</span>
    </>
  ),
}
