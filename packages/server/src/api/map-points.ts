import type { MapPoint } from '@netstats/protocol/feed'
import type { NetworkView } from '../shard/shard-model.ts'

/** Nodes whose place is known. O(nodes). */
export const mapPoints = function* (view: NetworkView): Generator<MapPoint> {
  for (const id of view.nodeIds()) {
    const latitude = view.column(id, 'latitude')
    const longitude = view.column(id, 'longitude')
    const state = view.column(id, 'state')
    if (typeof latitude !== 'number' || typeof longitude !== 'number' || state === undefined) continue
    yield { id, name: view.column(id, 'name') ?? id, state, latitude, longitude }
  }
}
