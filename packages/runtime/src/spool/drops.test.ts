import { encodeBody, nodeId, unixMs } from '@netstats/protocol'
import { describe, expect, it } from 'vitest'
import { addDrops, addReports, dropsOf, gapOf, joinDrops, loadDrops, lossesOf } from './drops.ts'
import type { Drop } from './drops.ts'

const drop = (overrides: Partial<Drop> = {}): Drop => ({
  node: nodeId('a'),
  reason: 'size',
  class: 'stats',
  dropped: 1,
  from: unixMs(5),
  to: unixMs(5),
  ...overrides,
})

describe('drops', () => {
  it('are one for each node, with their number and their times', () => {
    const rows = [3, 1, 2].map((n) => ({ node: nodeId(n === 2 ? 'b' : 'a'), observedAt: unixMs(n) }))
    expect(dropsOf(rows, 'age', 'log')).toEqual([
      drop({ reason: 'age', class: 'log', dropped: 2, from: unixMs(1), to: unixMs(3) }),
      drop({ node: nodeId('b'), reason: 'age', class: 'log', from: unixMs(2), to: unixMs(2) }),
    ])
  })

  it('add up by node, reason and class, and leave the sum before as it was', () => {
    const before = addDrops(new Map(), [drop()])
    const after = addDrops(before, [drop({ dropped: 2, from: unixMs(1) }), drop({ class: 'log' })])
    expect([...before.values()]).toEqual([drop()])
    expect([...after.values()]).toEqual([drop({ dropped: 3, from: unixMs(1) }), drop({ class: 'log' })])
  })

  it('are the same sum when nothing is added, but for a loss of unknown size', () => {
    const before = addDrops(new Map(), [drop()])
    expect(addDrops(before, [drop({ dropped: 0 })])).toBe(before)
    expect(addDrops(before, [drop({ dropped: 0, reason: 'corrupt' })]).size).toBe(2)
  })

  it('stay bounded: beyond a thousand the rest goes under one that is there', () => {
    const sum = addDrops(
      new Map(),
      Array.from({ length: 5000 }, (_, i) => drop({ node: nodeId(`n${i}`) })),
    )
    expect(sum.size).toBe(1000)
    expect(sum.values().reduce((n, one) => n + one.dropped, 0)).toBe(5000)
  })

  it('are told as a gap of their node', () => {
    expect(gapOf(drop({ dropped: 4 }), unixMs(9))).toEqual({
      kind: 'gap',
      node: 'a',
      observedAt: 9,
      body: { reason: 'size', class: 'stats', dropped: 4, from: 5, to: 5 },
    })
  })

  it('of reports that are given up are what they reported, and of one that cannot be read the report itself', () => {
    const report = gapOf(drop({ dropped: 40 }), unixMs(9))
    const rows = [
      { node: nodeId('a'), observedAt: unixMs(8), gap: null },
      { node: nodeId('a'), observedAt: unixMs(9), gap: encodeBody(report) },
      { node: nodeId('a'), observedAt: unixMs(10), gap: '{' },
    ]
    expect(lossesOf(rows, 'age', 'alarm')).toEqual({
      drops: [drop({ reason: 'age', class: 'alarm', dropped: 2, from: unixMs(8), to: unixMs(10) })],
      untold: [drop({ dropped: 40 })],
    })
  })

  it('keep reports that are to be told again apart from the sum, also when they are put back and read again', () => {
    const report = drop({ dropped: 40, to: unixMs(7) })
    const all = addReports(addDrops(new Map(), [drop()]), [report, report])
    expect([...all.values()]).toEqual([drop(), report])
    const more = addReports(addDrops(new Map(), [drop({ dropped: 2 })]), [report, drop({ dropped: 3 })])
    const joined = joinDrops(all, more)
    expect([...joined.values()]).toEqual([drop({ dropped: 3 }), report, drop({ dropped: 3 })])
    expect(loadDrops(joined.values())).toEqual(joined)
    const many = addReports(
      new Map(),
      Array.from({ length: 2000 }, (_, i) => drop({ dropped: i + 1 })),
    )
    expect(many.size).toBe(1000)
    expect(many.values().reduce((sum, one) => sum + one.dropped, 0)).toBe((2000 * 2001) / 2)
  })
})
