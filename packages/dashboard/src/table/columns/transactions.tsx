import { count } from '../../format/numbers.ts'
import type { TableColumn } from '../column.ts'

export const transactionsColumn: TableColumn = {
  key: 'transactions',
  sort: 'blockTransactions',
  title: 'Transactions in its latest block',
  short: 'Txs',
  width: 3.6,
  align: 'end',
  rank: 16,
  largestFirst: true,
  cell: (row) => count(row.blockTransactions),
}
