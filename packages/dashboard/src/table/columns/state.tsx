import { conditionOf, conditionWords } from '../../state/condition.ts'
import { Ago } from '../../ui/ago.tsx'
import type { TableColumn } from '../column.ts'

export const stateColumn: TableColumn = {
  key: 'state',
  sort: 'state',
  title: 'State',
  width: 9,
  cut: true,
  rank: 55,
  cell: (row) => {
    const condition = conditionOf(row)
    return (
      <span class={`state-word is-${condition}`}>
        {conditionWords[condition]}
        {condition === 'inactive' && (
          <small>
            {' '}
            <Ago at={row.stateSince} />
          </small>
        )}
      </span>
    )
  },
}
