/** How the reader looks at the node table. Kept in the address, so that a link shows the same. */
import type { NodeColumn } from '@netstats/protocol/feed'
import { computed, signal } from '@preact/signals'
import { query, setQuery, wall } from '../router/location.ts'
import { readSort, type Sort, writeSort } from './sort.ts'
import { tableColumns } from './columns/mod.ts'

const sortable = new Set<string>(tableColumns.map((c) => c.sort))
// A wall shows who needs help; a desk shows everybody in a calm order.
const atDesk: Sort = { column: 'name', descending: false }
const onWall: Sort = { column: 'behind', descending: true }

export const filter = computed(() => query.value.get('q') ?? '')
export const sort = computed<Sort>(() => readSort(query.value.get('sort'), sortable) ?? (wall.value ? onWall : atDesk))

export function setFilter(text: string): void {
  setQuery('q', text.trim())
}

/** A second click on a column turns its order round. */
export function sortBy(column: NodeColumn, largestFirst: boolean): void {
  const now = sort.value
  const next = now.column === column ? { column, descending: !now.descending } : { column, descending: largestFirst }
  setQuery('sort', next.column === atDesk.column && !next.descending && !wall.value ? null : writeSort(next))
}

/** Id of the row the keyboard is on. */
export const cursorId = signal<string | null>(null)
