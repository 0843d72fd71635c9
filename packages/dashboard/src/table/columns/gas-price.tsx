import { weiAmount } from '../../format/chain.ts'
import type { TableColumn } from '../column.ts'

export const gasPriceColumn: TableColumn = {
  key: 'gas-price',
  sort: 'gasPrice',
  title: 'Gas price',
  width: 5.6,
  align: 'end',
  rank: 112,
  largestFirst: true,
  cell: (row) => weiAmount(row.gasPrice),
}
