/** Nodes whose place is known. Looked at again only when one of the columns it shows changed. */
import type { MapPoint } from '@netstats/protocol/feed'
import { isEqual } from './diff.ts'
import { createMapCells } from './map-cells.ts'
import type { NetworkState } from './network-state.ts'
import type { FacetName } from './node-table.ts'
import type { Source } from './source.ts'

const mapColumns = ['name', 'state', 'latitude', 'longitude'] as const
const entriesAPiece = 1000

export const mapSource = (network: NetworkState): Source<'map'> => {
  const lease = network.leaseTable()
  const { table } = lease
  const names = mapColumns.map((c): FacetName => `value:${c}`)
  const facets = names.map((name) => table.track(name))
  const cells = createMapCells()
  let positions: readonly number[] = facets.map(() => -1)
  let known = new Map<string, MapPoint>()
  let points: readonly MapPoint[] | undefined
  return {
    paceMs: 5000,
    bytesPerSecond: 2 * 1024,
    note: () => undefined,
    changed: () => (facets.some((facet, i) => facet.end !== positions[i]) ? 'soon' : 'no'),
    *prepare() {
      yield* table.load()
      for (const facet of facets) yield* table.fill(facet)
      const ends = facets.map((facet) => facet.end)
      const placed: MapPoint[] = []
      let looked = 0
      for (const entry of table.entries()) {
        const [name, state, latitude, longitude] = facets.map((facet) => entry.values[facet.slot])
        if (typeof latitude === 'number' && typeof longitude === 'number')
          placed.push({ id: entry.id, name, state, latitude, longitude } as MapPoint)
        if (++looked % entriesAPiece === 0) yield
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
