/**
 * The nodes that match a filter in the order of a column: what all windows with that sort and filter are cut from.
 * After changes it is repaired, not sorted again: changed nodes are taken out and put in at their new places.
 */
import { changesSince, createIndexOrder, merge, sortMatching } from './index-order.ts'
import type { IndexSpec } from './index-order.ts'
import type { NodeEntry } from './node-entry.ts'
import type { NodeTable } from './node-table.ts'
import type { WorkSteps } from '../lib/work-steps.ts'
import { sortsByNumber } from './sort-entries.ts'
import { createSortedList } from './sorted-list.ts'

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
  repair(): WorkSteps
}

export const indexKey = (spec: IndexSpec): string =>
  `${spec.sort} ${spec.descending ? 'desc' : 'asc'} ${spec.filter.canonical}`

/** So many changes are put in one by one, at once; more are merged in. */
const few = 1000

export const createWindowIndex = (table: NodeTable, spec: IndexSpec): WindowIndex => {
  const order = createIndexOrder(table, spec)
  const { columns } = order
  const list = createSortedList(order.compare)
  let positions: readonly number[] = []
  let ready = false
  let version = 0
  let disposed = false

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
      return !ready || columns.some((column, i) => column.end !== positions[i])
    },
    slice: (offset, count) => list.slice(offset, count),
    indexOf: (entry) => list.indexOf(entry),
    *repair() {
      if (!ready) {
        yield* table.load()
        for (const column of columns) yield* table.fill(column)
      }
      const generation = table.nextGeneration()
      const ends = columns.map((column) => column.end)
      const changed = ready ? yield* changesSince(order, positions, generation) : undefined
      // Until the end of a long change the list stays what it was: windows may be cut from it meanwhile.
      const many = changed === undefined || changed.length > few
      const again = !many
        ? undefined
        : changed === undefined || sortsByNumber(spec.sort)
          ? yield* sortMatching(order, table)
          : yield* merge(order, list.slice(0, list.size), changed, generation)
      // Given up meanwhile: the columns are not kept any more, and what was sorted by them means nothing.
      if (disposed) return
      if (again !== undefined) list.replace(again)
      else list.change((entry) => entry.generation === generation, changed ?? [])
      positions = ends
      ready = true
      version++
    },
    [Symbol.dispose]() {
      if (disposed) return
      disposed = true
      for (const name of order.names) table.untrack(name)
    },
  }
}
