import { compact, unknown } from '../../format/numbers.ts'
import type { TableColumn } from '../column.ts'

export const difficultyColumn: TableColumn = {
  key: 'difficulty',
  sort: 'totalDifficulty',
  title: 'Total difficulty',
  short: 'Total diff.',
  width: 6,
  align: 'end',
  rank: 111,
  largestFirst: true,
  cell: (row) =>
    row.totalDifficulty === null ? (
      unknown
    ) : (
      <span title={row.totalDifficulty}>{compact(Number(row.totalDifficulty))}</span>
    ),
}
