/**
 * The nodes that match a filter in the order of a column: what all windows with that sort and filter are cut from.
 * After changes it is mended, not sorted anew: changed nodes are taken out, sorted among themselves and merged back.
 */
import type { NodeColumn } from '@netstats/protocol/feed'
import { matcherOf } from './filter-match.ts'
import type { Matchable } from './filter-match.ts'
import type { Filter } from './filter.ts'
import type { Facet, FacetName, NodeEntry, NodeTable } from './node-table.ts'
import { compareKeys } from './sort-key.ts'
import type { SortKey } from './sort-key.ts'

export interface IndexSpec {
  readonly sort: NodeColumn
  readonly descending: boolean
  readonly filter: Filter
}

export interface WindowIndex extends Disposable {
  /** As of the last `repair`. */
  readonly entries: readonly NodeEntry[]
  /** Grows when `entries` changed. */
  readonly version: number
  readonly dirty: boolean
  /** Brings `entries` up to date. O(nodes), and the changed nodes sorted. */
  repair(): void
}

export const indexKey = (spec: IndexSpec): string =>
  `${spec.sort} ${spec.descending ? 'desc' : 'asc'} ${spec.filter.canonical}`

export const createWindowIndex = (table: NodeTable, spec: IndexSpec): WindowIndex => {
  const matcher = matcherOf(spec.filter)
  const names: readonly FacetName[] = [
    `key:${spec.sort}`,
    ...matcher.columns.map((c): FacetName => `value:${c}`),
    ...(matcher.searches ? (['search'] as const) : []),
  ]
  const facets = names.map((name) => table.track(name))
  const keySlot = (facets[0] as Facet).slot
  const compare = (a: NodeEntry, b: NodeEntry): number =>
    compareKeys(a.values[keySlot] as SortKey, b.values[keySlot] as SortKey, spec.descending) ||
    (a.id < b.id ? -1 : a.id > b.id ? 1 : 0)
  const matches = entryMatcher(matcher, new Map(names.map((name, i) => [name, (facets[i] as Facet).slot])))

  let positions = facets.map((facet) => facet.end)
  let entries: readonly NodeEntry[] = [...table.entries()].filter(matches).sort(compare)
  let version = 0
  let disposed = false

  return {
    get entries() {
      return entries
    },
    get version() {
      return version
    },
    get dirty() {
      return facets.some((facet, i) => facet.end !== positions[i])
    },
    repair() {
      const logs = facets.map((facet, i) => facet.since(positions[i] as number))
      positions = facets.map((facet) => facet.end)
      const before = entries
      if (logs.some((log) => log === undefined)) {
        entries = [...table.entries()].filter(matches).sort(compare)
      } else {
        const mark = table.nextMark()
        const changed: NodeEntry[] = []
        for (const log of logs) {
          for (const entry of log ?? []) {
            if (entry.mark === mark) continue
            entry.mark = mark
            if (!entry.gone && matches(entry)) changed.push(entry)
          }
        }
        entries = merge(before, changed.sort(compare), mark, compare)
      }
      if (!isSame(before, entries)) version++
    },
    [Symbol.dispose]() {
      if (disposed) return
      disposed = true
      for (const name of names) table.untrack(name)
    },
  }
}

/** What is left of `before` without the marked, with `changed` merged in. Both are sorted. */
const merge = (
  before: readonly NodeEntry[],
  changed: readonly NodeEntry[],
  mark: number,
  compare: (a: NodeEntry, b: NodeEntry) => number,
): readonly NodeEntry[] => {
  const out: NodeEntry[] = []
  let next = 0
  for (const entry of before) {
    if (entry.mark === mark) continue
    while (next < changed.length && compare(changed[next] as NodeEntry, entry) < 0) {
      out.push(changed[next++] as NodeEntry)
    }
    out.push(entry)
  }
  while (next < changed.length) out.push(changed[next++] as NodeEntry)
  return out
}

const isSame = (a: readonly NodeEntry[], b: readonly NodeEntry[]): boolean =>
  a.length === b.length && a.every((entry, i) => entry === b[i])

const entryMatcher = (
  matcher: ReturnType<typeof matcherOf>,
  slots: ReadonlyMap<FacetName, number>,
): ((entry: NodeEntry) => boolean) => {
  if (matcher.columns.length === 0 && !matcher.searches) return () => true
  let current: NodeEntry
  const slotOf = (name: FacetName): number => slots.get(name) ?? -1
  const columnSlots = new Map(matcher.columns.map((c) => [c, slotOf(`value:${c}`)]))
  const searchSlot = slotOf('search')
  const node: Matchable = {
    value: (column) => current.values[columnSlots.get(column) ?? -1] as ReturnType<Matchable['value']>,
    searchText: () => current.values[searchSlot] as string,
  }
  return (entry) => {
    current = entry
    return matcher.matches(node)
  }
}
