import { applyDelta } from '@netstats/protocol/feed'
import type { NodeRow } from '@netstats/protocol/feed'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { moveOf, rowDelta } from './row-delta.ts'

describe('the delta of a row', () => {
  it('says in one value that a list moved by one', () => {
    expect(moveOf([1, 2, 3, 4], [2, 3, 4, -1])).toEqual({ drop: 1, keep: 3, add: [-1] })
    expect(moveOf([1, 2, 3, -1], [1, 2, 3, 9])).toEqual({ drop: 0, keep: 3, add: [9] })
    expect(moveOf([], [7])).toEqual({ drop: 0, keep: 0, add: [7] })
  })

  it('sends a list whole that has little in common with the one before', () => {
    const after = Array.from({ length: 40 }, (_, i) => 1000 + i)
    expect(moveOf([1, 2, 3], after)).toBeUndefined()
    expect(
      rowDelta({ id: 'x', propagation: [1] } as unknown as NodeRow, { id: 'x', propagation: after } as never),
    ).toEqual({
      propagation: after,
    })
  })

  it('is nothing for an equal row and the row itself for a new one', () => {
    const row = { id: 'x', propagation: [1] } as unknown as NodeRow
    expect(rowDelta(row, structuredClone(row))).toBeUndefined()
    expect(rowDelta(null, row)).toBe(row)
  })

  it('leads from any row to any other', () => {
    const list = fc.array(fc.integer({ min: -1, max: 2 }), { maxLength: 12 })
    const fields = fc.record({ id: fc.constant('x'), peers: fc.option(fc.nat(3)), propagation: list })
    const row = fields.map((some) => some as unknown as NodeRow)
    fc.assert(
      fc.property(row, row, (before, after) => {
        const delta = rowDelta(before, after)
        expect(delta === undefined ? before : applyDelta('node', before, delta)).toEqual(after)
      }),
    )
  })
})
