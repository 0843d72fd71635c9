/** Which node it is and how it is. */
import { unknown } from '../../format/numbers.ts'
import { writeRoute } from '../../router/routes.ts'
import { conditionOf, conditionWords } from '../../state/condition.ts'
import { StateGlyph } from '../../ui/glyph.tsx'
import { Ago } from '../../ui/values.tsx'
import type { TableColumn } from '../column.ts'

export const identityColumns: readonly TableColumn[] = [
  {
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
  },
  {
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
  },
  {
    key: 'state-since',
    sort: 'stateSince',
    title: 'In this state since',
    short: 'Since',
    width: 6.5,
    align: 'end',
    rank: 130,
    largestFirst: true,
    cell: (row) => <Ago at={row.stateSince} />,
  },
  {
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
  },
  {
    key: 'place',
    sort: 'country',
    title: 'Place',
    width: 7.5,
    cut: true,
    rank: 19,
    cell: (row) =>
      row.country === null && row.city === null ? (
        unknown
      ) : (
        <>
          {row.city} <span class="faint">{row.country}</span>
        </>
      ),
  },
]
