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
  /** More than there are points where the server has joined some. */
  readonly nodes: number
  readonly inactive: number
}

export const nodesOf = (point: MapPoint): number => point.nodes ?? 1
const inactiveOf = (point: MapPoint): number => point.inactive ?? Number(point.state === 'inactive')

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
  const groups = [...cells.values()].map(gather).sort((a, b) => b.nodes - a.nodes)
  const kept: Cluster[] = []
  for (const group of groups) {
    const radius = radiusOf(group.nodes)
    const near = kept.findIndex(
      (k) => Math.hypot(k.x - group.x, k.y - group.y) < overlap * (radius + radiusOf(k.nodes)),
    )
    if (near < 0) kept.push(group)
    else kept[near] = join(kept[near]!, group)
  }
  return kept.sort((a, b) => b.nodes - a.nodes)
}

/** Dots may touch a little before they are joined. */
const overlap = 0.85

function gather(group: readonly Placed[]): Cluster {
  const nodes = group.reduce((sum, p) => sum + nodesOf(p.point), 0)
  return {
    x: group.reduce((sum, p) => sum + p.x * nodesOf(p.point), 0) / nodes,
    y: group.reduce((sum, p) => sum + p.y * nodesOf(p.point), 0) / nodes,
    points: group.map((p) => p.point),
    nodes,
    inactive: group.reduce((sum, p) => sum + inactiveOf(p.point), 0),
  }
}

function join(a: Cluster, b: Cluster): Cluster {
  const share = b.nodes / (a.nodes + b.nodes)
  return {
    x: a.x + (b.x - a.x) * share,
    y: a.y + (b.y - a.y) * share,
    points: [...a.points, ...b.points],
    nodes: a.nodes + b.nodes,
    inactive: a.inactive + b.inactive,
  }
}
