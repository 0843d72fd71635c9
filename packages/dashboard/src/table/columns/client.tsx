import { unknown } from '../../format/numbers.ts'
import type { TableColumn } from '../column.ts'

export const clientColumn: TableColumn = {
  key: 'client',
  sort: 'client',
  title: 'Client and version',
  short: 'Client',
  width: 10.5,
  cut: true,
  rank: 6,
  cell: (row) => (
    <span title={row.client ?? undefined}>
      {row.clientName ?? row.client ?? unknown} <span class="faint">{row.clientVersion}</span>
    </span>
  ),
}
