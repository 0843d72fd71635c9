/**
 * What a map of many nodes is told: beyond a bound, nodes near each other become one point that says how many it stands
 * for, so that a map of 30,000 nodes costs its viewers no more than one of a thousand.
 */
import type { MapPoint } from '@netstats/protocol/feed'
import type { WorkSteps } from '../lib/work-steps.ts'

/** Widths of a cell, degrees. The widest fill the world with fewer than `maxPoints`. */
const widths = [0.25, 0.5, 1, 2, 4, 8] as const
export const maxPoints = 1000
/** A width that would do by so much more than is needed is given up for a finer one: points must not jump to and fro. */
const comfortableShare = 0.6
const pointsAStep = 1000

interface Cell {
  first: MapPoint
  nodes: number
  inactive: number
  latitude: number
  longitude: number
}

export interface MapCells {
  /** Points to tell, by id. */
  join(points: readonly MapPoint[]): WorkSteps<readonly MapPoint[]>
}

export const createMapCells = (): MapCells => {
  /** Index of the width in use; -1: every node stands for itself. */
  let level = -1

  const cellsOf = function* (points: readonly MapPoint[], width: number): WorkSteps<ReadonlyMap<number, Cell>> {
    const cells = new Map<number, Cell>()
    let done = 0
    for (const point of points) {
      const key = Math.floor((point.latitude + 90) / width) * 4096 + Math.floor((point.longitude + 180) / width)
      const cell = cells.get(key)
      const inactive = Number(point.state === 'inactive')
      const { latitude, longitude } = point
      if (cell === undefined) cells.set(key, { first: point, nodes: 1, inactive, latitude, longitude })
      else {
        if (point.id < cell.first.id) cell.first = point
        cell.nodes++
        cell.inactive += inactive
        cell.latitude += latitude
        cell.longitude += longitude
      }
      if (++done % pointsAStep === 0) yield
    }
    return cells
  }

  const fits = function* (points: readonly MapPoint[], at: number, limit: number) {
    if (at < 0) return points.length <= limit ? points : undefined
    const cells = yield* cellsOf(points, widths[at] ?? 8)
    return cells.size <= limit ? cells.values().map(pointOf).toArray() : undefined
  }

  return {
    *join(points) {
      const finer = level < 0 ? undefined : yield* fits(points, level - 1, maxPoints * comfortableShare)
      let found: readonly MapPoint[] | undefined = finer
      if (finer !== undefined) level--
      else while ((found = yield* fits(points, level, maxPoints)) === undefined && level < widths.length - 1) level++
      return (found ?? []).toSorted((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0))
    },
  }
}

// The id of one of its nodes, which no other cell has.
const pointOf = ({ first, nodes, inactive, latitude, longitude }: Cell): MapPoint =>
  nodes === 1
    ? first
    : {
        id: first.id,
        name: first.name,
        state: inactive === nodes ? 'inactive' : 'active',
        latitude: Math.round((100 * latitude) / nodes) / 100,
        longitude: Math.round((100 * longitude) / nodes) / 100,
        nodes,
        inactive,
      }
