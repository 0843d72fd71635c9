import { behindText } from '../../format/chain.ts'
import { conditionOf } from '../../state/condition.ts'
import type { TableColumn } from '../column.ts'

export const behindColumn: TableColumn = {
  key: 'behind',
  sort: 'behind',
  title: 'Blocks behind the head',
  short: 'Behind',
  width: 5.4,
  align: 'end',
  rank: 1,
  largestFirst: true,
  cell: (row) => <span class={`is-${conditionOf(row)}`}>{behindText(row.behind)}</span>,
}
