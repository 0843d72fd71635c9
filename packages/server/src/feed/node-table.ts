/**
 * One network's nodes as sorted windows need them: for every facet in use (a sort key, a filtered column, the search
 * text) its value per node, and a log of the nodes whose value changed. Many sorted tables share one facet, so the cost
 * of a changed node is paid once per facet and not once per table.
 */
import type { NodeColumn, NodeRow } from '@netstats/protocol/feed'
import type { Dirty, NetworkView } from '../shard/model.ts'
import { rounded, roundedRow, searchedColumns } from './columns.ts'
import { sortKey } from './sort-key.ts'

export interface NodeEntry {
  readonly id: string
  /** Table revision at which anything of the node changed last. */
  revision: number
  gone: boolean
  /** Scratch of whoever holds the table's newest mark: tells entries apart in one pass without a set. */
  mark: number
  /** Facet values by slot, and what they were made from: making a sort key or search text costs more than comparing. */
  readonly values: unknown[]
  readonly raws: unknown[]
  row: NodeRow | undefined
}

export type FacetName = `key:${NodeColumn}` | `value:${NodeColumn}` | 'search'

/** Nodes whose value changed, oldest first. `since` gives undefined where the log no longer reaches back that far. */
export interface Facet {
  readonly slot: number
  readonly end: number
  since(position: number): readonly NodeEntry[] | undefined
}

export interface NodeTable {
  readonly size: number
  readonly revision: number
  entry(id: string): NodeEntry | undefined
  entries(): Iterable<NodeEntry>
  /** The row as the feed tells it; the same object until the node changes. */
  row(entry: NodeEntry): NodeRow | undefined
  apply(dirty: Dirty): void
  /** Starts or shares a facet; each `track` is paid back by one `untrack`. */
  track(name: FacetName): Facet
  untrack(name: FacetName): void
  nextMark(): number
}

/** How a facet is made. */
interface Recipe {
  /** What a value is made from; the same thing as `before` where nothing changed. */
  readonly raw: (id: string, before: unknown) => unknown
  /** Never undefined: that is what a new node has. */
  readonly value: (raw: unknown) => unknown
}

interface OpenFacet extends Facet {
  users: number
  readonly recipe: Recipe
  base: number
  log: NodeEntry[]
}

export const createNodeTable = (view: NetworkView): NodeTable => {
  const entries = new Map<string, NodeEntry>()
  const facets = new Map<FacetName, OpenFacet>()
  const freeSlots: number[] = []
  let slots = 0
  let revision = 0
  let mark = 0

  const add = (id: string): NodeEntry => {
    const entry: NodeEntry = { id, revision, gone: false, mark: 0, values: [], raws: [], row: undefined }
    entries.set(id, entry)
    return entry
  }
  for (const id of view.nodeIds()) add(id)

  const note = (facet: OpenFacet, entry: NodeEntry): void => {
    facet.log.push(entry)
    // A table that slept through two changes of every node sorts anew; keeping more would only cost memory.
    if (facet.log.length > 2 * entries.size + 1024) {
      const cut = facet.log.length >> 1
      facet.base += cut
      facet.log = facet.log.slice(cut)
    }
  }

  /** True where the value is another than before. */
  const fill = (facet: OpenFacet, entry: NodeEntry): boolean => {
    const before = entry.raws[facet.slot]
    const raw = facet.recipe.raw(entry.id, before)
    if (raw === before && raw !== undefined) return false
    entry.raws[facet.slot] = raw
    const value = facet.recipe.value(raw)
    // A new node has no value at all yet: even null is a change, and every table learns of it.
    if (Object.is(entry.values[facet.slot], value)) return false
    entry.values[facet.slot] = value
    return true
  }

  const refresh = (entry: NodeEntry): void => {
    entry.revision = revision
    entry.row = undefined
    for (const facet of facets.values()) if (fill(facet, entry)) note(facet, entry)
  }

  return {
    get size() {
      return entries.size
    },
    get revision() {
      return revision
    },
    entry: (id) => entries.get(id),
    entries: () => entries.values(),
    row(entry) {
      if (entry.row === undefined) {
        const row = view.node(entry.id)
        entry.row = row && roundedRow(row)
      }
      return entry.row
    },
    apply(dirty) {
      revision++
      for (const id of dirty.removedNodes) {
        const entry = entries.get(id)
        if (entry === undefined || dirty.nodes.has(id)) continue
        entries.delete(id)
        entry.gone = true
        entry.revision = revision
        for (const facet of facets.values()) note(facet, entry)
      }
      for (const id of dirty.nodes) {
        if (view.column(id, 'id') === undefined) continue
        refresh(entries.get(id) ?? add(id))
      }
    },
    track(name) {
      const open = facets.get(name)
      if (open !== undefined) {
        open.users++
        return open
      }
      const facet = openFacet(freeSlots.pop() ?? slots++, recipeOf(view, name))
      facets.set(name, facet)
      for (const entry of entries.values()) fill(facet, entry)
      return facet
    },
    untrack(name) {
      const open = facets.get(name)
      if (open === undefined || --open.users > 0) return
      facets.delete(name)
      freeSlots.push(open.slot)
      for (const entry of entries.values()) entry.values[open.slot] = entry.raws[open.slot] = undefined
    },
    nextMark: () => ++mark,
  }
}

const openFacet = (slot: number, recipe: Recipe): OpenFacet => ({
  slot,
  users: 1,
  recipe,
  base: 0,
  log: [],
  get end() {
    return this.base + this.log.length
  },
  since(position) {
    return position < this.base ? undefined : this.log.slice(position - this.base)
  },
})

const recipeOf = (view: NetworkView, name: FacetName): Recipe => {
  if (name === 'search') return searchRecipe(view)
  const column = name.slice(name.indexOf(':') + 1) as NodeColumn
  const raw = (id: string) => {
    const value = view.column(id, column)
    return value === undefined ? null : rounded(column, value)
  }
  return name.startsWith('key:')
    ? { raw, value: (raw) => sortKey(column, raw as NodeRow[NodeColumn]) }
    : { raw, value: (raw) => raw }
}

const searchRecipe = (view: NetworkView): Recipe => ({
  raw(id, before) {
    const known = before as readonly unknown[] | undefined
    if (known !== undefined && searchedColumns.every((column, i) => view.column(id, column) === known[i])) return known
    return searchedColumns.map((column) => view.column(id, column))
  },
  value: (raw) => joinSearched(raw as readonly Searched[]),
})

type Searched = string | null | undefined

// A line break between columns keeps a word from matching across two of them.
const joinSearched = (values: readonly Searched[]): string =>
  values
    .map((value) => value ?? '')
    .join('\n')
    .toLowerCase()

/** What plain words look into. */
export const searchTextOf = (view: NetworkView, id: string): string =>
  joinSearched(searchedColumns.map((column) => view.column(id, column) as Searched))
