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

/**
 * First by cells of a grid, which is linear in the number of nodes; then dots that would overlap are joined, the largest
 * first, which touches only the few cells that are filled. A dot stands at the mean of its nodes.
 */
export function clusterPoints(
  placed: readonly Placed[],
  cell: number,
  radiusOf: (nodes: number) => number,
): readonly Cluster[] {
  const cells = Map.groupBy(placed, ({ x, y }) => `${Math.floor(x / cell)},${Math.floor(y / cell)}`)
  const groups = [...cells.values()].map(gather).sort((a, b) => b.points.length - a.points.length)
  const kept: Cluster[] = []
  for (const group of groups) {
    const radius = radiusOf(group.points.length)
    const near = kept.findIndex(
      (k) => Math.hypot(k.x - group.x, k.y - group.y) < overlap * (radius + radiusOf(k.points.length)),
    )
    if (near < 0) kept.push(group)
    else kept[near] = join(kept[near]!, group)
  }
  return kept.sort((a, b) => b.points.length - a.points.length)
}

/** Dots may touch a little before they are joined. */
const overlap = 0.85

function gather(group: readonly Placed[]): Cluster {
  return {
    x: group.reduce((sum, p) => sum + p.x, 0) / group.length,
    y: group.reduce((sum, p) => sum + p.y, 0) / group.length,
    points: group.map((p) => p.point),
    inactive: group.filter((p) => p.point.state === 'inactive').length,
  }
}

function join(a: Cluster, b: Cluster): Cluster {
  const share = b.points.length / (a.points.length + b.points.length)
  return {
    x: a.x + (b.x - a.x) * share,
    y: a.y + (b.y - a.y) * share,
    points: [...a.points, ...b.points],
    inactive: a.inactive + b.inactive,
  }
}
