import { describe, expect, it } from 'vitest'
import { applyDelta } from './apply.ts'
import type { BlockDetail, BlockRow, MapPoint, NetworkSummary, Series } from './model.ts'
import type { NodeRow } from './node-columns.ts'

const block = (number: number, hash: string, canonical = true) => ({ number, hash, canonical }) as BlockRow
const point = (id: string, state: MapPoint['state']): MapPoint => ({ id, name: id, state, latitude: 0, longitude: 0 })

describe('applying a delta', () => {
  it('merges a summary and only those series that are named', () => {
    const series = { numbers: [1], uncles: [0] } as unknown as Series
    const before = { key: '1', nodes: 3, series } as NetworkSummary
    expect(applyDelta('summary', before, { nodes: 4, series: { uncles: [2] } })).toEqual({
      key: '1',
      nodes: 4,
      series: { numbers: [1], uncles: [2] },
    })
  })

  it('adds, patches, reorders and forgets networks', () => {
    const one = { key: '1', nodes: 3 } as NetworkSummary
    const two = { key: '2', nodes: 5 } as NetworkSummary
    const patched = applyDelta('networks', { networks: [one, two] }, { networks: { 2: { nodes: 6 } } })
    expect(patched.networks).toEqual([one, { key: '2', nodes: 6 }])
    expect(patched.networks[0]).toEqual(one)
    const three = { key: '3', nodes: 0 } as NetworkSummary
    expect(applyDelta('networks', patched, { order: ['3', '2'], networks: { 3: three } }).networks).toEqual([
      three,
      { key: '2', nodes: 6 },
    ])
  })

  it('puts blocks by hash, newest first, the canonical one before its siblings, and takes out the removed', () => {
    const before = { blocks: [block(9, '0xb'), block(8, '0xa')] }
    const after = applyDelta('blocks', before, {
      upsert: [block(10, '0xd'), block(9, '0xb', false), block(9, '0xc')],
      remove: ['0xa'],
    })
    expect(after.blocks.map((b) => b.hash)).toEqual(['0xd', '0xc', '0xb'])
    expect(before.blocks).toHaveLength(2)
  })

  it('brings a node into being, changes it and lets it go', () => {
    const row = applyDelta('node', null, { id: 'x', peers: 1 })
    expect(applyDelta('node', row, { peers: 2 })).toEqual({ id: 'x', peers: 2 })
    expect(applyDelta('node', row, null)).toBeNull()
  })

  it('moves the propagation of a row by what is new', () => {
    const row = { id: 'x', peers: 1, propagation: [4, 5, 6] } as unknown as NodeRow
    const moved = { propagationMoved: { drop: 1, keep: 2, add: [-1] }, behind: 1 }
    expect(applyDelta('node', row, moved)).toEqual({ id: 'x', peers: 1, behind: 1, propagation: [5, 6, -1] })
    expect(
      applyDelta('nodes', { total: 1, all: 1, order: ['x'], rows: { x: row } }, { rows: { x: moved } }).rows,
    ).toEqual({
      x: { id: 'x', peers: 1, behind: 1, propagation: [5, 6, -1] },
    })
  })

  it('puts late sights of a block at the end of those known, unless the whole list is sent', () => {
    const before = { hash: '0xa', nodes: 1, seenBy: [['x', 0]] } as unknown as BlockDetail
    const later = applyDelta('block', before, { nodes: 2, seen: [['y', 12]] })
    expect(later).toEqual({
      hash: '0xa',
      nodes: 2,
      seenBy: [
        ['x', 0],
        ['y', 12],
      ],
    })
    expect(applyDelta('block', later, { seenBy: [['z', 0]] })?.seenBy).toEqual([['z', 0]])
    expect(applyDelta('block', later, null)).toBeNull()
  })

  it('moves map points by id and keeps them in the order of their ids', () => {
    const before = { points: [point('a', 'active'), point('c', 'active')] }
    expect(
      applyDelta('map', before, { upsert: [point('c', 'inactive'), point('b', 'active')], remove: ['a'] }),
    ).toEqual({
      points: [point('b', 'active'), point('c', 'inactive')],
    })
  })
})
