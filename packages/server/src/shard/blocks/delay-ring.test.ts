import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  createDelayRing,
  delayAt,
  delaysBelow,
  forgetDelays,
  historyHeights,
  meanDelay,
  setDelay,
} from './delay-ring.ts'

describe('delay ring', () => {
  it('shows forty heights below the head, oldest first, -1 where nothing was told', () => {
    const ring = createDelayRing()
    setDelay(ring, 100, 7)
    setDelay(ring, 102, 9)
    const shown = delaysBelow(ring, 103)
    expect(shown).toHaveLength(40)
    expect(shown.slice(-4)).toEqual([7, -1, 9, -1])
    expect(meanDelay(ring, 103)).toBe(8)
  })

  it('is empty before the first block and after it was forgotten', () => {
    const ring = createDelayRing()
    expect(new Set(delaysBelow(ring, -1))).toEqual(new Set([-1]))
    expect(meanDelay(ring, 50)).toBeNull()
    setDelay(ring, 50, 1)
    forgetDelays(ring)
    expect(meanDelay(ring, 50)).toBeNull()
  })

  it('begins again when the node falls back further than it remembers', () => {
    const ring = createDelayRing()
    setDelay(ring, 1000, 5)
    setDelay(ring, 3, 6)
    expect(delayAt(ring, 1000)).toBe(-1)
    expect(delayAt(ring, 3)).toBe(6)
  })

  it('holds heights up to 2^53 - 1 and delays up to 24 days', () => {
    const ring = createDelayRing()
    setDelay(ring, Number.MAX_SAFE_INTEGER, 1e15)
    expect(delayAt(ring, Number.MAX_SAFE_INTEGER)).toBe(2 ** 31 - 1)
    expect(delaysBelow(ring, Number.MAX_SAFE_INTEGER).at(-1)).toBe(2 ** 31 - 1)
  })

  it('agrees with a map that forgets by the same rule', () => {
    const height = fc.oneof(fc.integer({ min: 0, max: 120 }), fc.integer({ min: 0, max: 2000 }))
    fc.assert(
      fc.property(fc.array(fc.tuple(height, fc.nat(5000)), { maxLength: 80, size: 'max' }), height, (entries, head) => {
        const ring = createDelayRing()
        let model = new Map<number, number>()
        for (const [at, delay] of entries) {
          setDelay(ring, at, delay)
          const top = Math.max(-1, ...model.keys())
          if (Math.abs(at - top) >= historyHeights) model = new Map()
          model.set(at, delay)
          const newTop = Math.max(...model.keys())
          for (const one of model.keys()) if (one <= newTop - historyHeights) model.delete(one)
        }
        const expected = Array.from(
          { length: historyHeights },
          (_, i) => model.get(head - historyHeights + 1 + i) ?? -1,
        )
        expect(delaysBelow(ring, head)).toEqual(expected)
      }),
    )
  })
})
