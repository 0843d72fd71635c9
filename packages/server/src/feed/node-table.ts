/**
 * One network's nodes as sorted windows need them, with values of the columns in use. Many sorted tables share one column,
 * so the cost of a changed node is paid once per column and not once per table.
 */
import type { NodeRow } from '@netstats/protocol/feed'
import type { NetworkView } from '../shard/shard-model.ts'
import type { ChangeSet } from '../shard/change-set.ts'
import { sortInStepsBy } from '../lib/sort-in-steps.ts'
import { createColumnValues } from './column-values.ts'
import type { ColumnValues } from './column-values.ts'
import { roundedRow } from './indexed-columns.ts'
import type { NodeEntry } from './node-entry.ts'
import type { WorkSteps } from '../lib/work-steps.ts'
import { createSortedList } from './sorted-list.ts'

/** Long work comes in pieces: one sort of work at a time, and each to its end, but looking is always allowed. */
export interface NodeTable extends Pick<ColumnValues, 'track' | 'untrack' | 'fill'> {
  readonly size: number
  /** Grows with every piece of `apply`. */
  readonly revision: number
  /** Takes in the nodes there are; to be done before anything else, and nothing where it was done. */
  load(): WorkSteps
  entry(id: string): NodeEntry | undefined
  /** In the order of their ids. */
  entries(): readonly NodeEntry[]
  /** The row as the feed tells it; the same object until the node changes. */
  row(entry: NodeEntry): NodeRow | undefined
  apply(dirty: Pick<ChangeSet, 'nodes' | 'removedNodes'>): WorkSteps
  nextGeneration(): number
}

const entriesAStep = 200
const byId = (a: NodeEntry, b: NodeEntry): number => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0)

export const createNodeTable = (view: NetworkView): NodeTable => {
  const entries = new Map<string, NodeEntry>()
  const ordered = createSortedList(byId)
  const columns = createColumnValues(view, entries)
  let revision = 0
  let generation = 0
  let loaded = false

  const add = (id: string): NodeEntry => {
    const entry: NodeEntry = { id, revision, gone: false, generation: 0, values: [], raws: [], row: undefined }
    entries.set(id, entry)
    return entry
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
        if (++looked % entriesAStep === 0) yield
      }
      ordered.replace(yield* sortInStepsBy([...entries.values()], byId))
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
        columns.gone(entry)
      }
      if (gone) ordered.change((entry) => entry.gone, [])
      let looked = 0
      let fresh: NodeEntry[] = []
      for (const id of dirty.nodes) {
        const cells = view.cells(id)
        if (cells !== undefined) {
          let entry = entries.get(id)
          if (entry === undefined) fresh.push((entry = add(id)))
          entry.revision = revision
          entry.row = undefined
          columns.refresh(entry, cells)
        }
        if (++looked % entriesAStep !== 0) continue
        if (fresh.length > 0) ordered.change(() => false, fresh)
        fresh = []
        yield
        // Anyone who looked at the table in between has to look again at what comes now.
        revision++
      }
      if (fresh.length > 0) ordered.change(() => false, fresh)
    },
    track: (name) => columns.track(name),
    untrack: (name) => columns.untrack(name),
    fill: (column) => columns.fill(column),
    nextGeneration: () => ++generation,
  }
}
