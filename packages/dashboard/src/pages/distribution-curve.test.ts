import { describe, expect, it } from 'vitest'
import { curvePath, spreadOf } from './distribution-curve.tsx'

const seen = [
  ['a', 0],
  ['b', 50],
  ['c', 100],
] as const

describe('how a block spread', () => {
  it('is counted against the active nodes', () => {
    expect(spreadOf(seen, 6).map((s) => s.share)).toEqual([1 / 6, 2 / 6, 3 / 6])
  })

  it('never passes all, even if nodes that reported are gone since', () => {
    expect(spreadOf(seen, 1).at(-1)?.share).toBe(1)
    expect(spreadOf([], 3)).toEqual([])
  })

  it('is drawn as steps from the foot to the end of the scale', () => {
    expect(curvePath(spreadOf(seen, 4), 200, 100, 40)).toBe('M0 40H0V30H25V20H50V10H100')
    expect(curvePath([], 200, 100, 40)).toBe('')
  })

  it('stays inside when a node was slower than the scale', () => {
    expect(curvePath([{ ms: 900, share: 1 }], 200, 100, 40)).toBe('M0 40H100V0H100')
  })
})
