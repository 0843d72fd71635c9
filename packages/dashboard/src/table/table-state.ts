/** How the reader looks at the node table. Kept in the address, so that a link shows the same. */
import type { NodeColumn } from '@netstats/protocol/feed'
import { computed, signal } from '@preact/signals'
import { query, setQuery, wall } from '../router/location.ts'
import { tableColumns } from './columns/mod.ts'

export interface Sort {
  readonly column: NodeColumn
  readonly descending: boolean
}

/** `behind` ascending, `-behind` descending; undefined for an unknown column. */
export function readSort(text: string | null, columns: ReadonlySet<string>): Sort | undefined {
  if (!text) return undefined
  const descending = text.startsWith('-')
  const column = descending ? text.slice(1) : text
  return columns.has(column) ? { column: column as NodeColumn, descending } : undefined
}

export const writeSort = ({ column, descending }: Sort): string => `${descending ? '-' : ''}${column}`

const sortable = new Set<string>(tableColumns.map((c) => c.sort))
// A wall shows nodes in trouble first; a desktop shows all in a steady order.
const atDesk: Sort = { column: 'name', descending: false }
const onWall: Sort = { column: 'behind', descending: true }

export const filter = computed(() => query.value.get('q') ?? '')
export const sort = computed<Sort>(() => readSort(query.value.get('sort'), sortable) ?? (wall.value ? onWall : atDesk))

export function setFilter(text: string): void {
  setQuery('q', text.trim())
}

/** A second click on a column reverses its order. */
export function sortBy(column: NodeColumn, largestFirst: boolean): void {
  const now = sort.value
  const next = now.column === column ? { column, descending: !now.descending } : { column, descending: largestFirst }
  setQuery('sort', next.column === atDesk.column && !next.descending && !wall.value ? null : writeSort(next))
}

/** Id of the row the keyboard is on. */
export const cursorId = signal<string | null>(null)
