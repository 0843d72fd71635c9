import type { TableColumn } from './column.ts'
import type { Sort } from './sort.ts'
import { sortBy } from './table-state.ts'

interface Props {
  readonly columns: readonly TableColumn[]
  readonly sort: Sort
  readonly tools: boolean
}

export function HeaderRow({ columns, sort, tools }: Props) {
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
