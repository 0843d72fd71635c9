/** Rows of the node table: its header, and one node. */
import type { NodeRow } from '@netstats/protocol/feed'
import { conditionOf } from '../state/condition.ts'
import { maxPins, pinsOf, toggled } from '../state/settings.ts'
import { memo } from '../ui/memo.ts'
import type { CellContext, TableColumn } from './column.ts'
import { cursorId, type Sort, sortBy } from './table-state.ts'

interface LineProps {
  readonly row: NodeRow
  readonly columns: readonly TableColumn[]
  readonly context: CellContext
  readonly pinned: boolean
  /** Place in the whole table, from 1, the header counted. */
  readonly position: number
  readonly current: boolean
  readonly tools: boolean
  /** Hidden: another row is about to be drawn here. */
  readonly waits: boolean
}

export function togglePin(network: string, id: string): void {
  const pins = pinsOf(network)
  pins.value = toggled(pins.value, id, maxPins)
}

function Line({ row, columns, context, pinned, position, current, tools, waits }: LineProps) {
  return (
    <tr
      class={`line is-${conditionOf(row)}${waits ? ' waits' : ''}`}
      aria-rowindex={position}
      data-node={row.id}
      tabIndex={current ? 0 : -1}
      onFocus={() => {
        cursorId.value = row.id
      }}
    >
      {tools && (
        <td class="cell-pin">
          <button
            type="button"
            tabIndex={-1}
            aria-pressed={pinned}
            aria-label={`Pin ${row.name}`}
            title={pinned ? 'Unpin' : 'Pin to the top'}
            onClick={() => togglePin(context.network, row.id)}
          >
            <svg viewBox="0 0 10 10" aria-hidden="true">
              <path d="M3 1H7M4 1V4.6L2 6.4H8L6 4.6V1M5 6.4V9.6" />
            </svg>
          </button>
        </td>
      )}
      {columns.map((column) => (
        <td key={column.key} class={column.align === 'end' ? 'num' : column.cut ? 'cut' : undefined}>
          {column.cell(row, context)}
        </td>
      ))}
    </tr>
  )
}

export const NodeLine = memo(Line)

interface HeaderProps {
  readonly columns: readonly TableColumn[]
  readonly sort: Sort
  readonly tools: boolean
}

export function HeaderRow({ columns, sort, tools }: HeaderProps) {
  return (
    <thead>
      <tr aria-rowindex={1}>
        {tools && (
          <th scope="col">
            <span class="visually-hidden">Pinned</span>
          </th>
        )}
        {columns.map((column) => {
          const sorted = sort.column === column.sort
          return (
            <th
              key={column.key}
              scope="col"
              class={column.align === 'end' ? 'num' : undefined}
              aria-sort={sorted ? (sort.descending ? 'descending' : 'ascending') : 'none'}
            >
              <button
                type="button"
                title={column.title}
                onClick={() => sortBy(column.sort, column.largestFirst === true)}
              >
                {column.short ?? column.title}
                <svg class="sort-mark" viewBox="0 0 8 8" aria-hidden="true">
                  {sorted && <path d={sort.descending ? 'M0 1.5H8L4 7Z' : 'M0 6.5H8L4 1Z'} />}
                </svg>
              </button>
            </th>
          )
        })}
      </tr>
    </thead>
  )
}
