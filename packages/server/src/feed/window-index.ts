/**
 * The nodes that match a filter in the order of a column: what all windows with that sort and filter are cut from.
 * After changes it is mended, not sorted anew: changed nodes are taken out and put in at their new places.
 */
import type { NodeColumn } from '@netstats/protocol/feed'
import { sortInPiecesBy } from '../shard/sort-pieces.ts'
import { matcherOf } from './filter-match.ts'
import type { Matchable } from './filter-match.ts'
import type { Filter } from './filter.ts'
import type { Facet, FacetName, NodeEntry, NodeTable } from './node-table.ts'
import type { Pieces } from './pieces.ts'
import { sortEntries, sortsByNumber } from './sort-entries.ts'
import { compareKeys } from './sort-key.ts'
import type { SortKey } from './sort-key.ts'
import { createSortedList } from './sorted-list.ts'

export interface IndexSpec {
  readonly sort: NodeColumn
  readonly descending: boolean
  readonly filter: Filter
}

/** All but `repair` is as of the last one. */
export interface WindowIndex extends Disposable {
  /** False until it was put in order for the first time. */
  readonly ready: boolean
  readonly size: number
  /** Grows when anything may be at another place. */
  readonly version: number
  readonly dirty: boolean
  slice(offset: number, count: number): readonly NodeEntry[]
  /** -1 where the filter leaves it out. */
  indexOf(entry: NodeEntry): number
  /** Brings it up to date. The table must not be given changes until it has ended. */
  repair(): Pieces
}

export const indexKey = (spec: IndexSpec): string =>
  `${spec.sort} ${spec.descending ? 'desc' : 'asc'} ${spec.filter.canonical}`

const entriesAPiece = 1000
/** So many changes are put in one by one, at once; more are merged in. */
const few = 1000

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

  const list = createSortedList(compare)
  let positions: readonly number[] = []
  let ready = false
  let version = 0
  let disposed = false

  const sortAnew = function* (): Pieces<readonly NodeEntry[]> {
    const found: NodeEntry[] = []
    let looked = 0
    for (const entry of table.entries()) {
      if (matches(entry)) found.push(entry)
      if (++looked % entriesAPiece === 0) yield
    }
    return yield* sortEntries(found, { column: spec.sort, slot: keySlot, descending: spec.descending })
  }

  /** Marks what changed, and gives what of it belongs into the list; undefined where nobody knows any more. */
  const changesSince = function* (before: readonly number[], mark: number): Pieces<readonly NodeEntry[] | undefined> {
    const changed: NodeEntry[] = []
    let looked = 0
    for (const [i, facet] of facets.entries()) {
      const log = facet.since(before[i] as number)
      if (log === undefined) return undefined
      for (const entry of log) {
        if (++looked % entriesAPiece === 0) yield
        if (entry.mark === mark) continue
        entry.mark = mark
        if (!entry.gone && matches(entry)) changed.push(entry)
      }
    }
    return changed
  }

  /** What is left of the list without the marked, with `changed` merged in. */
  const merged = function* (changed: readonly NodeEntry[], mark: number): Pieces<readonly NodeEntry[]> {
    const sorted = yield* sortInPiecesBy(changed, compare)
    const out: NodeEntry[] = []
    let next = 0
    for (const entry of list.slice(0, list.size)) {
      if (entry.mark === mark) continue
      while (next < sorted.length && compare(sorted[next] as NodeEntry, entry) < 0)
        out.push(sorted[next++] as NodeEntry)
      if (out.push(entry) % entriesAPiece === 0) yield
    }
    while (next < sorted.length) out.push(sorted[next++] as NodeEntry)
    return out
  }

  return {
    get ready() {
      return ready
    },
    get size() {
      return list.size
    },
    get version() {
      return version
    },
    get dirty() {
      return !ready || facets.some((facet, i) => facet.end !== positions[i])
    },
    slice: (offset, count) => list.slice(offset, count),
    indexOf: (entry) => list.indexOf(entry),
    *repair() {
      if (!ready) {
        yield* table.load()
        for (const facet of facets) yield* table.fill(facet)
      }
      const mark = table.nextMark()
      const ends = facets.map((facet) => facet.end)
      const changed = ready ? yield* changesSince(positions, mark) : undefined
      // Until the end of a long change the list stays what it was: windows may be cut from it meanwhile.
      const many = changed === undefined || changed.length > few
      const anew = !many
        ? undefined
        : changed === undefined || sortsByNumber(spec.sort)
          ? yield* sortAnew()
          : yield* merged(changed, mark)
      // Given up meanwhile: the facets are not kept any more, and what was sorted by them means nothing.
      if (disposed) return
      if (anew !== undefined) list.replace(anew)
      else list.change((entry) => entry.mark === mark, changed ?? [])
      positions = ends
      ready = true
      version++
    },
    [Symbol.dispose]() {
      if (disposed) return
      disposed = true
      for (const name of names) table.untrack(name)
    },
  }
}

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
