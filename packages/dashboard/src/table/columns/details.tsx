/** Details that are shown only when chosen. */
import { shortHash } from '../../format/chain.ts'
import { unknown } from '../../format/numbers.ts'
import type { TableColumn } from '../column.ts'

export const detailColumns: readonly TableColumn[] = [
  {
    key: 'coinbase',
    sort: 'coinbase',
    title: 'Coinbase',
    width: 7.4,
    rank: 120,
    cell: (row) => <span class="hash">{shortHash(row.coinbase)}</span>,
  },
  {
    key: 'os',
    sort: 'os',
    title: 'Operating system',
    short: 'System',
    width: 7,
    cut: true,
    rank: 121,
    cell: (row) => [row.os, row.osVersion].filter(Boolean).join(' ') || unknown,
  },
  {
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
  },
  {
    key: 'reporter',
    sort: 'reporter',
    title: 'Reported by',
    width: 8,
    cut: true,
    rank: 123,
    cell: (row) => row.reporter ?? unknown,
  },
  {
    key: 'contact',
    sort: 'contact',
    title: 'Contact',
    width: 10,
    cut: true,
    rank: 124,
    cell: (row) => row.contact ?? unknown,
  },
  {
    key: 'id',
    sort: 'id',
    title: 'Id',
    width: 10,
    cut: true,
    rank: 126,
    cell: (row) => row.id,
  },
]
