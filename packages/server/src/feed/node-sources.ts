/** Nodes: windows of the table and single pages. */
import type { NodeWindow } from '@netstats/protocol/feed'
import { roundedRow } from './indexed-columns.ts'
import type { Filter } from './filter.ts'
import type { NetworkState } from './network-state.ts'
import type { NodeEntry } from './node-entry.ts'
import { rowDelta } from './row-delta.ts'
import type { Source } from './source.ts'
import { cutWindow, windowData, windowDelta } from './window.ts'

export const nodesSource = (network: NetworkState, window: NodeWindow, filter: Filter): Source<'nodes'> => {
  // Leased at once so that equal windows find each other's; put in order when it is its turn.
  const lease = network.leaseIndex({ sort: window.sort, descending: window.descending, filter })
  const { index } = lease
  const tableLease = network.leaseTable()
  const { table } = tableLease
  let shown: readonly NodeEntry[] = []
  let seen = { version: -1, revision: -1, all: -1, total: -1 }
  const cut = () => cutWindow(index, table, window)
  /** Others may have moved and left this window as it was. */
  const sameRows = (): boolean => {
    if (index.version === seen.version) return true
    const now = cut()
    if (now.length !== shown.length || now.some((entry, i) => entry !== shown[i])) return false
    seen = { ...seen, version: index.version }
    return true
  }
  return {
    paceMs: 250,
    // A table that is re-sorted all the time, as by propagation, brings whole rows into view again and again.
    bytesPerSecond: 8 * 1024 * Math.max(1, (window.limit + window.pinned.length) / 50),
    note: () => undefined,
    changed() {
      // Nothing of the network changed: not a look at each row.
      const isAsSeen = index.version === seen.version && table.revision === seen.revision
      if (isAsSeen && !index.dirty && index.size === seen.total && table.size === seen.all) return 'no'
      const same =
        !index.dirty &&
        index.size === seen.total &&
        table.size === seen.all &&
        shown.every((entry) => !entry.gone && entry.revision <= seen.revision) &&
        sameRows()
      return same ? 'no' : 'soon'
    },
    prepare: () => lease.freshen(),
    get ready() {
      return index.ready
    },
    read() {
      shown = cut()
      seen = { version: index.version, revision: table.revision, all: table.size, total: index.size }
      return windowData(shown, table, { total: index.size, all: table.size })
    },
    diff: windowDelta,
    [Symbol.dispose]() {
      lease[Symbol.dispose]()
      tableLease[Symbol.dispose]()
    },
  }
}

export const nodeSource = (network: NetworkState, id: string): Source<'node'> => {
  let dirty = true
  return {
    paceMs: 250,
    bytesPerSecond: 64 * 1024,
    note(what) {
      dirty ||= what.nodes.has(id) || what.removedNodes.has(id)
    },
    changed: () => (dirty ? 'soon' : 'no'),
    read() {
      dirty = false
      const row = network.view.node(id)
      return row === undefined ? null : roundedRow(row)
    },
    diff: (before, after) => (after === null ? (before === null ? undefined : null) : rowDelta(before, after)),
    [Symbol.dispose]: () => undefined,
  }
}
