import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { MapPoint } from '@netstats/protocol/feed'
import { createMapCells, maxPoints } from './map-cells.ts'
import { whole } from '../lib/work-steps.ts'

const pointOf = (i: number, latitude: number, longitude: number, inactive = false): MapPoint => ({
  id: `node-${String(i).padStart(5, '0')}`,
  name: `Node ${i}`,
  state: inactive ? 'inactive' : 'active',
  latitude,
  longitude,
})
/** Nodes as they are in the world: many in few places, the rest anywhere. */
const world = (count: number, seed = 1): MapPoint[] =>
  Array.from({ length: count }, (_, i) => {
    const some = Math.imul(i + seed, 2654435761) >>> 0
    const near = some % 3 === 0
    const latitude = near ? 48 + (some % 100) / 100 : -60 + ((some >>> 3) % 12_000) / 100
    const longitude = near ? 16 + ((some >>> 7) % 100) / 100 : -180 + ((some >>> 5) % 36_000) / 100
    return pointOf(i, latitude, longitude, some % 11 === 0)
  })
const sumOf = (points: readonly MapPoint[], key: 'nodes' | 'inactive'): number =>
  points.reduce((sum, point) => sum + (point[key] ?? (key === 'nodes' ? 1 : Number(point.state === 'inactive'))), 0)

describe('points of a map', () => {
  it('stand for themselves while there are few, in the order of their ids', () => {
    const points = world(300)
    expect(whole(createMapCells().join(points.toReversed()))).toEqual(points)
  })

  it('are joined where there are many, and none is lost', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1001, max: 30_000 }), fc.nat(), (count, seed) => {
        const points = world(count, seed)
        const joined = whole(createMapCells().join(points))
        expect(joined.length).toBeLessThanOrEqual(maxPoints)
        expect([sumOf(joined, 'nodes'), sumOf(joined, 'inactive')]).toEqual([count, sumOf(points, 'inactive')])
        expect(new Set(joined.map(({ id }) => id)).size).toBe(joined.length)
        expect(joined.map(({ id }) => id)).toEqual(joined.map(({ id }) => id).sort())
      }),
      { numRuns: 20 },
    )
  })

  it('do not jump between being joined and not when a few nodes come and go', () => {
    const cells = createMapCells()
    const points = world(1010)
    const joined = whole(cells.join(points))
    expect(joined.length).toBeLessThan(1000)
    expect(whole(cells.join(points.slice(0, 990))).some(({ nodes }) => nodes !== undefined)).toBe(true)
    expect(whole(cells.join(points.slice(0, 500)))).toEqual(points.slice(0, 500))
  })

  it('take breaks', () => {
    let breaks = 0
    for (const work = createMapCells().join(world(30_000)); work.next().done !== true; ) breaks++
    expect(breaks).toBeGreaterThan(25)
  })
})
