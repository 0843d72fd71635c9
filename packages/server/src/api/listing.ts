/** Sorted and filtered nodes of a network for one request, without making rows that are not shown. O(nodes log nodes). */
import type { NodeColumn, NodeRow } from '@netstats/protocol/feed'
import { matcherOf } from '../feed/filter-match.ts'
import type { Matchable } from '../feed/filter-match.ts'
import type { Filter } from '../feed/filter.ts'
import { searchTextOf } from '../feed/column-values.ts'
import { compareKeys, sortKey } from '../feed/sort-key.ts'
import type { NetworkView } from '../shard/shard-model.ts'

export interface Listing {
  readonly sort: NodeColumn
  readonly descending: boolean
  readonly filter: Filter
  readonly offset: number
  readonly limit: number
}

export const listNodes = (
  view: NetworkView,
  listing: Listing,
): { readonly total: number; readonly nodes: readonly NodeRow[] } => {
  const { matches } = matcherOf(listing.filter)
  let id = ''
  const node: Matchable = {
    value: (column) => view.column(id, column),
    searchText: () => searchTextOf(view, id),
  }
  const found: { readonly id: string; readonly key: ReturnType<typeof sortKey> }[] = []
  for (id of view.nodeIds()) {
    if (matches(node)) found.push({ id, key: sortKey(listing.sort, view.column(id, listing.sort)) })
  }
  found.sort((a, b) => compareKeys(a.key, b.key, listing.descending) || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0))
  const shown = found.slice(listing.offset, listing.offset + listing.limit)
  return { total: found.length, nodes: shown.map((one) => view.node(one.id)).filter((row) => row !== undefined) }
}
