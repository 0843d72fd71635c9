/** Nodes: windows of the table, single pages, and the map. */
import type { MapPoint, NodeWindow } from '@netstats/protocol/feed'
import { roundedRow } from './columns.ts'
import { isEqual } from './diff.ts'
import type { Filter } from './filter.ts'
import type { IndexLease, NetworkState } from './network-state.ts'
import type { FacetName, NodeEntry } from './node-table.ts'
import { rowDelta } from './row-delta.ts'
import type { Source } from './source.ts'
import { cutWindow, windowData, windowDelta } from './window.ts'

export const nodesSource = (network: NetworkState, window: NodeWindow, filter: Filter): Source<'nodes'> => {
  // Sorting thousands of nodes takes its time: it is done at the first read, which waits for its turn, and not for
  // whoever merely asks.
  let lease: IndexLease | undefined
  const tableLease = network.leaseTable()
  const { table } = tableLease
  let shown: readonly NodeEntry[] = []
  let seen = { version: -1, revision: -1, all: -1 }
  const pinnedPresent = () => window.pinned.filter((id) => table.entry(id) !== undefined)
  return {
    paceMs: 250,
    // A table that is re-sorted all the time, as by propagation, brings whole rows into view again and again.
    bytesPerSecond: 9 * 1024 * Math.max(1, (window.limit + window.pinned.length) / 50),
    note: () => undefined,
    changed() {
      const same =
        lease !== undefined &&
        !lease.index.dirty &&
        lease.index.version === seen.version &&
        table.size === seen.all &&
        shown.every((entry) => !entry.gone && entry.revision <= seen.revision) &&
        pinnedPresent().every((id, i) => shown[i]?.id === id)
      return same ? 'no' : 'soon'
    },
    read() {
      lease ??= network.leaseIndex({ sort: window.sort, descending: window.descending, filter })
      lease.freshen()
      shown = cutWindow(lease.index.entries, table, window)
      seen = { version: lease.index.version, revision: table.revision, all: table.size }
      return windowData(shown, table, { total: lease.index.entries.length, all: table.size })
    },
    diff: windowDelta,
    [Symbol.dispose]() {
      lease?.[Symbol.dispose]()
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

const mapColumns = ['name', 'state', 'latitude', 'longitude'] as const

/** Nodes whose place is known. Looked at again only when one of the columns it shows changed. */
export const mapSource = (network: NetworkState): Source<'map'> => {
  const lease = network.leaseTable()
  const { table } = lease
  const names = mapColumns.map((c): FacetName => `value:${c}`)
  const facets = names.map((name) => table.track(name))
  let positions: readonly number[] = facets.map(() => -1)
  let known = new Map<string, MapPoint>()
  return {
    paceMs: 5000,
    bytesPerSecond: 64 * 1024,
    note: () => undefined,
    changed: () => (facets.some((facet, i) => facet.end !== positions[i]) ? 'soon' : 'no'),
    read() {
      positions = facets.map((facet) => facet.end)
      const points: MapPoint[] = []
      for (const entry of table.entries()) {
        const [name, state, latitude, longitude] = facets.map((facet) => entry.values[facet.slot])
        if (typeof latitude !== 'number' || typeof longitude !== 'number') continue
        const point = { id: entry.id, name, state, latitude, longitude } as MapPoint
        const before = known.get(entry.id)
        points.push(before !== undefined && isEqual(before, point) ? before : point)
      }
      points.sort((a, b) => (a.id < b.id ? -1 : 1))
      known = new Map(points.map((point) => [point.id, point]))
      return { points }
    },
    diff(before, after) {
      const had = new Map(before.points.map((p) => [p.id, p]))
      const has = new Set(after.points.map((p) => p.id))
      const upsert = after.points.filter((p) => !isEqual(had.get(p.id), p))
      const remove = before.points.filter((p) => !has.has(p.id)).map((p) => p.id)
      return upsert.length + remove.length === 0 ? undefined : { upsert, remove }
    },
    [Symbol.dispose]() {
      for (const name of names) table.untrack(name)
      lease[Symbol.dispose]()
    },
  }
}
