/**
 * Values of a column for all nodes of a table: a sort key, what a filter looks at, or the text that words are looked for
 * in. Each column in use has a place in every node's list of values, and a log of the nodes whose value changed.
 */
import type { NodeColumn, NodeRow } from '@netstats/protocol/feed'
import type { WorkSteps } from '../lib/work-steps.ts'
import type { Cells, NetworkView } from '../shard/shard-model.ts'
import { rounded, searchedColumns } from './indexed-columns.ts'
import type { NodeEntry } from './node-entry.ts'
import { sortKey } from './sort-key.ts'

export type IndexedColumnName = `key:${NodeColumn}` | `value:${NodeColumn}` | 'search'

/** Nodes whose value changed, oldest first. `since` gives undefined where the log no longer reaches back that far. */
export interface IndexedColumn {
  readonly slot: number
  readonly end: number
  since(position: number): readonly NodeEntry[] | undefined
}

/** How a column is made. */
interface ColumnExtractor {
  /** What a value is made from; the same thing as `before` where nothing changed. */
  readonly raw: (cells: Cells, before: unknown) => unknown
  /** Never undefined: that is what a new node has. */
  readonly value: (raw: unknown) => unknown
}

interface OpenColumn extends IndexedColumn {
  users: number
  filled: boolean
  readonly extract: ColumnExtractor
  base: number
  log: NodeEntry[]
}

export interface ColumnValues {
  /** Starts or shares a column, which has no values before `fill`; each `track` is paid back by one `untrack`. */
  track(name: IndexedColumnName): IndexedColumn
  untrack(name: IndexedColumnName): void
  /** Nothing where it was done. */
  fill(column: IndexedColumn): WorkSteps
  /** Something of the node changed. */
  refresh(entry: NodeEntry, cells: Cells): void
  gone(entry: NodeEntry): void
}

const entriesAStep = 200
/** Of a node that has gone and is not known to have. */
const noCells = (() => null) as unknown as Cells

export const createColumnValues = (view: NetworkView, entries: ReadonlyMap<string, NodeEntry>): ColumnValues => {
  const columns = new Map<IndexedColumnName, OpenColumn>()
  const freeSlots: number[] = []
  let slots = 0
  return {
    track(name) {
      const open = columns.get(name)
      if (open !== undefined) {
        open.users++
        return open
      }
      const column = openColumn(freeSlots.pop() ?? slots++, extractorOf(name))
      columns.set(name, column)
      return column
    },
    untrack(name) {
      const open = columns.get(name)
      if (open === undefined || --open.users > 0) return
      columns.delete(name)
      freeSlots.push(open.slot)
      for (const entry of entries.values()) entry.values[open.slot] = entry.raws[open.slot] = undefined
    },
    *fill(shared) {
      const column = shared as OpenColumn
      if (column.filled) return
      let looked = 0
      for (const entry of entries.values()) {
        // Given up meanwhile: its slot may be another's.
        if (column.users === 0) return
        setValue(column, entry, view.cells(entry.id) ?? noCells)
        if (++looked % entriesAStep === 0) yield
      }
      column.filled = true
    },
    refresh(entry, cells) {
      for (const column of columns.values()) if (setValue(column, entry, cells)) log(column, entry, entries.size)
    },
    gone(entry) {
      for (const column of columns.values()) log(column, entry, entries.size)
    },
  }
}

/** True where the value is another than before. */
const setValue = ({ slot, extract }: OpenColumn, entry: NodeEntry, cells: Cells): boolean => {
  const before = entry.raws[slot]
  const raw = extract.raw(cells, before)
  if (raw === before && raw !== undefined) return false
  entry.raws[slot] = raw
  const value = extract.value(raw)
  // A new node has no value at all yet: even null is a change, and every table learns of it.
  if (Object.is(entry.values[slot], value)) return false
  entry.values[slot] = value
  return true
}

const log = (column: OpenColumn, entry: NodeEntry, nodes: number): void => {
  column.log.push(entry)
  // A table that slept through two changes of every node sorts again; keeping more would only cost memory.
  if (column.log.length <= 2 * nodes + 1024) return
  const cut = column.log.length >> 1
  column.base += cut
  column.log = column.log.slice(cut)
}

const openColumn = (slot: number, extract: ColumnExtractor): OpenColumn => ({
  slot,
  users: 1,
  filled: false,
  extract,
  base: 0,
  log: [],
  get end() {
    return this.base + this.log.length
  },
  since(position) {
    return position < this.base ? undefined : this.log.slice(position - this.base)
  },
})

const extractorOf = (name: IndexedColumnName): ColumnExtractor => {
  if (name === 'search') return searchTextExtractor
  const column = name.slice(name.indexOf(':') + 1) as NodeColumn
  const raw = (cells: Cells) => rounded(column, cells(column))
  return name.startsWith('key:')
    ? { raw, value: (raw) => sortKey(column, raw as NodeRow[NodeColumn]) }
    : { raw, value: (raw) => raw }
}

const searchTextExtractor: ColumnExtractor = {
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
