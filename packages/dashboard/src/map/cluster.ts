/** Nodes near each other on the drawing become one dot whose area grows with their number. */
import type { MapPoint } from '@netstats/protocol/feed'

export interface Placed {
  readonly point: MapPoint
  readonly x: number
  readonly y: number
}

export interface Cluster {
  readonly x: number
  readonly y: number
  readonly points: readonly MapPoint[]
  readonly inactive: number
}

/** Groups by cells of a grid; the dot stands at the mean of its nodes. Linear in the number of nodes. */
export function clusterPoints(placed: readonly Placed[], cell: number): readonly Cluster[] {
  const cells = Map.groupBy(placed, ({ x, y }) => `${Math.floor(x / cell)},${Math.floor(y / cell)}`)
  return [...cells.values()]
    .map((group) => ({
      x: group.reduce((sum, p) => sum + p.x, 0) / group.length,
      y: group.reduce((sum, p) => sum + p.y, 0) / group.length,
      points: group.map((p) => p.point),
      inactive: group.filter((p) => p.point.state === 'inactive').length,
    }))
    .sort((a, b) => b.points.length - a.points.length)
}
