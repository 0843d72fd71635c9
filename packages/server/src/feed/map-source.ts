/** Nodes whose place is known. Looked at again only when one of the columns it shows changed. */
import type { MapPoint } from '@netstats/protocol/feed'
import { isEqual } from './diff.ts'
import { createMapCells } from './map-cells.ts'
import type { NetworkState } from './network-state.ts'
import type { IndexedColumnName } from './column-values.ts'
import type { Source } from './source.ts'

const mapColumns = ['name', 'state', 'latitude', 'longitude'] as const
const entriesAStep = 1000

export const mapSource = (network: NetworkState): Source<'map'> => {
  const lease = network.leaseTable()
  const { table } = lease
  const names = mapColumns.map((c): IndexedColumnName => `value:${c}`)
  const columns = names.map((name) => table.track(name))
  const cells = createMapCells()
  let positions: readonly number[] = columns.map(() => -1)
  let known = new Map<string, MapPoint>()
  let points: readonly MapPoint[] | undefined
  return {
    paceMs: 5000,
    bytesPerSecond: 2 * 1024,
    note: () => undefined,
    changed: () => (columns.some((column, i) => column.end !== positions[i]) ? 'soon' : 'no'),
    *prepare() {
      yield* table.load()
      for (const column of columns) yield* table.fill(column)
      const ends = columns.map((column) => column.end)
      const placed: MapPoint[] = []
      let looked = 0
      for (const entry of table.entries()) {
        const [name, state, latitude, longitude] = columns.map((column) => entry.values[column.slot])
        if (typeof latitude === 'number' && typeof longitude === 'number')
          placed.push({ id: entry.id, name, state, latitude, longitude } as MapPoint)
        if (++looked % entriesAStep === 0) yield
      }
      const joined = yield* cells.join(placed)
      points = joined.map((point) => {
        const before = known.get(point.id)
        return before !== undefined && isEqual(before, point) ? before : point
      })
      known = new Map(points.map((point) => [point.id, point]))
      positions = ends
    },
    get ready() {
      return points !== undefined
    },
    read: () => ({ points: points ?? [] }),
    diff(before, after) {
      const had = new Map(before.points.map((p) => [p.id, p]))
      const has = new Set(after.points.map((p) => p.id))
      const upsert = after.points.filter((p) => had.get(p.id) !== p)
      const remove = before.points.filter((p) => !has.has(p.id)).map((p) => p.id)
      return upsert.length + remove.length === 0 ? undefined : { upsert, remove }
    },
    [Symbol.dispose]() {
      for (const name of names) table.untrack(name)
      lease[Symbol.dispose]()
    },
  }
}
