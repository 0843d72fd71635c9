import { writeRoute } from '../../router/routes.ts'
import { conditionOf } from '../../state/condition.ts'
import { StateGlyph } from '../state-glyph.tsx'
import type { TableColumn } from '../column.ts'

export const nameColumn: TableColumn = {
  key: 'name',
  sort: 'name',
  title: 'Name',
  width: 13,
  rank: 0,
  cell: (row, { network }) => (
    <span class="cell-name">
      <StateGlyph id={row.id} condition={conditionOf(row)} />
      <a href={writeRoute({ page: 'node', network, node: row.id })} title={row.name} tabIndex={-1}>
        {row.name}
      </a>
    </span>
  ),
}
