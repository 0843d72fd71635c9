/** What a sorted table is made by: which entries match its filter, how they compare, and what has changed of that. */
import type { NodeColumn } from '@netstats/protocol/feed'
import { sortInStepsBy } from '../lib/sort-in-steps.ts'
import type { WorkSteps } from '../lib/work-steps.ts'
import { matcherOf } from './filter-match.ts'
import type { Matchable } from './filter-match.ts'
import type { Filter } from './filter.ts'
import type { IndexedColumn, IndexedColumnName } from './column-values.ts'
import type { NodeEntry } from './node-entry.ts'
import type { NodeTable } from './node-table.ts'
import { sortEntries } from './sort-entries.ts'
import { compareKeys } from './sort-key.ts'
import type { SortKey } from './sort-key.ts'

export interface IndexSpec {
  readonly sort: NodeColumn
  readonly descending: boolean
  readonly filter: Filter
}

export interface IndexOrder {
  readonly spec: IndexSpec
  /** Columns of the table that it looks at, and must be given back; the first is the one it sorts by. */
  readonly names: readonly IndexedColumnName[]
  readonly columns: readonly IndexedColumn[]
  readonly keySlot: number
  readonly compare: (a: NodeEntry, b: NodeEntry) => number
  readonly matches: (entry: NodeEntry) => boolean
}

const entriesAStep = 1000

export const createIndexOrder = (table: NodeTable, spec: IndexSpec): IndexOrder => {
  const matcher = matcherOf(spec.filter)
  const names: readonly IndexedColumnName[] = [
    `key:${spec.sort}`,
    ...matcher.columns.map((c): IndexedColumnName => `value:${c}`),
    ...(matcher.searches ? (['search'] as const) : []),
  ]
  const columns = names.map((name) => table.track(name))
  const keySlot = (columns[0] as IndexedColumn).slot
  return {
    spec,
    names,
    columns,
    keySlot,
    compare: (a, b) =>
      compareKeys(a.values[keySlot] as SortKey, b.values[keySlot] as SortKey, spec.descending) ||
      (a.id < b.id ? -1 : a.id > b.id ? 1 : 0),
    matches: entryMatcher(matcher, new Map(names.map((name, i) => [name, (columns[i] as IndexedColumn).slot]))),
  }
}

/** All that match, in order. */
export const sortMatching = function* (
  { matches, spec, keySlot }: IndexOrder,
  table: NodeTable,
): WorkSteps<readonly NodeEntry[]> {
  const found: NodeEntry[] = []
  let looked = 0
  for (const entry of table.entries()) {
    if (matches(entry)) found.push(entry)
    if (++looked % entriesAStep === 0) yield
  }
  return yield* sortEntries(found, { column: spec.sort, slot: keySlot, descending: spec.descending })
}

/** Marks what changed, and gives what of it belongs into the list; undefined where nobody knows any more. */
export const changesSince = function* (
  { columns, matches }: IndexOrder,
  before: readonly number[],
  generation: number,
): WorkSteps<readonly NodeEntry[] | undefined> {
  const changed: NodeEntry[] = []
  let looked = 0
  for (const [i, column] of columns.entries()) {
    const log = column.since(before[i] as number)
    if (log === undefined) return undefined
    for (const entry of log) {
      if (++looked % entriesAStep === 0) yield
      if (entry.generation === generation) continue
      entry.generation = generation
      if (!entry.gone && matches(entry)) changed.push(entry)
    }
  }
  return changed
}

/** What is left of `entries` without the marked, with `changed` merged in. */
export const merge = function* (
  { compare }: IndexOrder,
  entries: readonly NodeEntry[],
  changed: readonly NodeEntry[],
  generation: number,
): WorkSteps<readonly NodeEntry[]> {
  const sorted = yield* sortInStepsBy(changed, compare)
  const out: NodeEntry[] = []
  let next = 0
  for (const entry of entries) {
    if (entry.generation === generation) continue
    while (next < sorted.length && compare(sorted[next] as NodeEntry, entry) < 0) out.push(sorted[next++] as NodeEntry)
    if (out.push(entry) % entriesAStep === 0) yield
  }
  while (next < sorted.length) out.push(sorted[next++] as NodeEntry)
  return out
}

const entryMatcher = (
  matcher: ReturnType<typeof matcherOf>,
  slots: ReadonlyMap<IndexedColumnName, number>,
): ((entry: NodeEntry) => boolean) => {
  if (matcher.columns.length === 0 && !matcher.searches) return () => true
  let current: NodeEntry
  const slotOf = (name: IndexedColumnName): number => slots.get(name) ?? -1
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
