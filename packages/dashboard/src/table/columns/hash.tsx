import { unknown } from '../../format/numbers.ts'
import { shortHash } from '../../format/chain.ts'
import { writeRoute } from '../../router/routes.ts'
import type { TableColumn } from '../column.ts'

export const hashColumn: TableColumn = {
  key: 'hash',
  sort: 'blockHash',
  title: 'Hash of its latest block',
  short: 'Hash',
  width: 7.4,
  rank: 11,
  cell: (row, { network }) =>
    row.blockHash ? (
      <a class="hash" href={writeRoute({ page: 'block', network, hash: row.blockHash })} tabIndex={-1}>
        {shortHash(row.blockHash)}
      </a>
    ) : (
      unknown
    ),
}
