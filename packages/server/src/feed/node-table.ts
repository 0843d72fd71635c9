/**
 * One network's nodes as sorted windows need them: for every facet in use (a sort key, a filtered column, the search
 * text) its value per node, and a log of the nodes whose value changed. Many sorted tables share one facet, so the cost
 * of a changed node is paid once per facet and not once per table.
 */
import type { NodeColumn, NodeRow } from '@netstats/protocol/feed'
import type { Cells, Dirty, NetworkView } from '../shard/model.ts'
import { sortInPiecesBy } from '../shard/sort-pieces.ts'
import { rounded, roundedRow, searchedColumns } from './columns.ts'
import type { Pieces } from './pieces.ts'
import { sortKey } from './sort-key.ts'
import { createSortedList } from './sorted-list.ts'

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

/** Long work comes in pieces: one sort of work at a time, and each to its end, but looking is always allowed. */
export interface NodeTable {
  readonly size: number
  /** Grows with every piece of `apply`. */
  readonly revision: number
  /** Takes in the nodes there are; to be done before anything else, and nothing where it was done. */
  load(): Pieces
  entry(id: string): NodeEntry | undefined
  /** In the order of their ids. */
  entries(): readonly NodeEntry[]
  /** The row as the feed tells it; the same object until the node changes. */
  row(entry: NodeEntry): NodeRow | undefined
  apply(dirty: Pick<Dirty, 'nodes' | 'removedNodes'>): Pieces
  /** Starts or shares a facet, which has no values before `fill`; each `track` is paid back by one `untrack`. */
  track(name: FacetName): Facet
  /** Nothing where it was done. */
  fill(facet: Facet): Pieces
  untrack(name: FacetName): void
  nextMark(): number
}

/** How a facet is made. */
interface Recipe {
  /** What a value is made from; the same thing as `before` where nothing changed. */
  readonly raw: (cells: Cells, before: unknown) => unknown
  /** Never undefined: that is what a new node has. */
  readonly value: (raw: unknown) => unknown
}

interface OpenFacet extends Facet {
  users: number
  filled: boolean
  readonly recipe: Recipe
  base: number
  log: NodeEntry[]
}

const entriesAPiece = 200
const byId = (a: NodeEntry, b: NodeEntry): number => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0)
/** Of a node that has gone and is not known to have. */
const noCells = (() => null) as unknown as Cells

export const createNodeTable = (view: NetworkView): NodeTable => {
  const entries = new Map<string, NodeEntry>()
  const ordered = createSortedList(byId)
  const facets = new Map<FacetName, OpenFacet>()
  const freeSlots: number[] = []
  let slots = 0
  let revision = 0
  let mark = 0
  let loaded = false

  const add = (id: string): NodeEntry => {
    const entry: NodeEntry = { id, revision, gone: false, mark: 0, values: [], raws: [], row: undefined }
    entries.set(id, entry)
    return entry
  }
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
  const fill = (facet: OpenFacet, entry: NodeEntry, cells: Cells): boolean => {
    const before = entry.raws[facet.slot]
    const raw = facet.recipe.raw(cells, before)
    if (raw === before && raw !== undefined) return false
    entry.raws[facet.slot] = raw
    const value = facet.recipe.value(raw)
    // A new node has no value at all yet: even null is a change, and every table learns of it.
    if (Object.is(entry.values[facet.slot], value)) return false
    entry.values[facet.slot] = value
    return true
  }

  const refresh = (entry: NodeEntry, cells: Cells): void => {
    entry.revision = revision
    entry.row = undefined
    for (const facet of facets.values()) if (fill(facet, entry, cells)) note(facet, entry)
  }

  return {
    get size() {
      return entries.size
    },
    get revision() {
      return revision
    },
    entry: (id) => entries.get(id),
    entries: () => ordered.slice(0, ordered.size),
    row(entry) {
      if (entry.row === undefined) {
        const row = view.node(entry.id)
        entry.row = row && roundedRow(row)
      }
      return entry.row
    },
    *load() {
      if (loaded) return
      let looked = 0
      for (const id of view.nodeIds()) {
        if (!entries.has(id)) add(id)
        if (++looked % entriesAPiece === 0) yield
      }
      ordered.replace(yield* sortInPiecesBy([...entries.values()], byId))
      loaded = true
    },
    *apply(dirty) {
      revision++
      let gone = false
      for (const id of dirty.removedNodes) {
        const entry = entries.get(id)
        if (entry === undefined || dirty.nodes.has(id)) continue
        entries.delete(id)
        entry.gone = gone = true
        entry.revision = revision
        for (const facet of facets.values()) note(facet, entry)
      }
      if (gone) ordered.change((entry) => entry.gone, [])
      let looked = 0
      let fresh: NodeEntry[] = []
      for (const id of dirty.nodes) {
        const cells = view.cells(id)
        if (cells !== undefined) {
          let entry = entries.get(id)
          if (entry === undefined) fresh.push((entry = add(id)))
          refresh(entry, cells)
        }
        if (++looked % entriesAPiece !== 0) continue
        if (fresh.length > 0) ordered.change(() => false, fresh)
        fresh = []
        yield
        // Whoever looked at the table in between has to look again at what comes now.
        revision++
      }
      if (fresh.length > 0) ordered.change(() => false, fresh)
    },
    track(name) {
      const open = facets.get(name)
      if (open !== undefined) {
        open.users++
        return open
      }
      const facet = openFacet(freeSlots.pop() ?? slots++, recipeOf(name))
      facets.set(name, facet)
      return facet
    },
    *fill(shared) {
      const facet = shared as OpenFacet
      if (facet.filled) return
      let looked = 0
      for (const entry of entries.values()) {
        // Given up meanwhile: its slot may be another's.
        if (facet.users === 0) return
        fill(facet, entry, view.cells(entry.id) ?? noCells)
        if (++looked % entriesAPiece === 0) yield
      }
      facet.filled = true
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
  filled: false,
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

const recipeOf = (name: FacetName): Recipe => {
  if (name === 'search') return searchRecipe
  const column = name.slice(name.indexOf(':') + 1) as NodeColumn
  const raw = (cells: Cells) => rounded(column, cells(column))
  return name.startsWith('key:')
    ? { raw, value: (raw) => sortKey(column, raw as NodeRow[NodeColumn]) }
    : { raw, value: (raw) => raw }
}

const searchRecipe: Recipe = {
  raw(cells, before) {
    const known = before as readonly unknown[] | undefined
    if (known !== undefined && searchedColumns.every((column, i) => cells(column) === known[i])) return known
    return searchedColumns.map((column) => cells(column))
  },
  value: (raw) => joinSearched(raw as readonly Searched[]),
}

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
