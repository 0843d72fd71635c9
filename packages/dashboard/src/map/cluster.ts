/** Dots on the map: nodes near each other become one whose area grows with their number, and the marks drawn in it. */
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
  /** More than there are points where the server has merged some. */
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

const r = (n: number): string => String(Math.round(n * 10) / 10)

export const cross = (x: number, y: number, size: number): string =>
  `M${r(x - size)} ${r(y - size)}L${r(x + size)} ${r(y + size)}M${r(x + size)} ${r(y - size)}L${r(x - size)} ${r(y + size)}`

/** A piece of a round dot, clockwise from the top; nothing for a share of nothing, never quite the whole. */
export function wedge(x: number, y: number, radius: number, share: number): string {
  if (share <= 0) return ''
  const angle = Math.min(share, 0.999) * 2 * Math.PI
  const end = [x + radius * Math.sin(angle), y - radius * Math.cos(angle)] as const
  return `M${r(x)} ${r(y)}V${r(y - radius)}A${r(radius)} ${r(radius)} 0 ${share > 0.5 ? 1 : 0} 1 ${r(end[0])} ${r(end[1])}Z`
}
