import type { MapPoint } from '@netstats/protocol/feed'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { clusterPoints, cross, type Placed, wedge } from './cluster.ts'

const placed = (id: string, x: number, y: number, state: MapPoint['state'] = 'active'): Placed => ({
  point: { id, name: id, state, latitude: 0, longitude: 0 },
  x,
  y,
})

const small = (nodes: number): number => Math.sqrt(nodes)

describe('clusters on the map', () => {
  it('join what is near and stand in its middle', () => {
    const [first, second] = clusterPoints(
      [placed('a', 2, 2), placed('b', 6, 4, 'inactive'), placed('c', 90, 2)],
      10,
      small,
    )
    expect(first).toMatchObject({ x: 4, y: 3, inactive: 1 })
    expect(first?.points.map((p) => p.id)).toEqual(['a', 'b'])
    expect(second).toMatchObject({ x: 90, y: 2, inactive: 0 })
  })

  it('join across a border of the grid where their dots would overlap', () => {
    const [only, ...others] = clusterPoints([placed('a', 9, 0), placed('b', 9, 0), placed('c', 12, 0)], 10, () => 5)
    expect(others).toEqual([])
    expect(only).toMatchObject({ x: 10, y: 0 })
  })

  it('count all nodes of a point that the server has joined, and lie where most of them are', () => {
    const many = placed('a', 0, 0)
    const [only, ...others] = clusterPoints(
      [{ ...many, point: { ...many.point, nodes: 9, inactive: 4 } }, placed('b', 5, 0, 'inactive')],
      10,
      small,
    )
    expect(others).toEqual([])
    expect(only).toMatchObject({ x: 0.5, nodes: 10, inactive: 5 })
  })

  it('lose no node, and draw the large ones first', () => {
    const coordinate = fc.integer({ min: -50, max: 50 })
    fc.assert(
      fc.property(fc.array(fc.tuple(coordinate, coordinate)), (list) => {
        const clusters = clusterPoints(
          list.map(([x, y], i) => placed(String(i), x, y)),
          7,
          small,
        )
        const sizes = clusters.map((c) => c.points.length)
        expect(sizes.reduce((a, b) => a + b, 0)).toBe(list.length)
        expect(sizes).toEqual(sizes.toSorted((a, b) => b - a))
      }),
    )
  })
})

describe('marks of the map', () => {
  it('cut the share of inactive nodes out of a dot, clockwise from the top', () => {
    expect(wedge(10, 10, 8, 0.25)).toBe('M10 10V2A8 8 0 0 1 18 10Z')
    expect(wedge(10, 10, 8, 0.75)).toBe('M10 10V2A8 8 0 1 1 2 10Z')
  })

  it('draw no wedge for none and stay a closed shape for all', () => {
    expect(wedge(10, 10, 8, 0)).toBe('')
    expect(wedge(10, 10, 8, 1)).toMatch(/^M10 10V2A8 8 0 1 1 9\.9 2Z$/)
  })

  it('cross a dot out', () => {
    expect(cross(5, 5, 2)).toBe('M3 3L7 7M7 3L3 7')
  })
})
