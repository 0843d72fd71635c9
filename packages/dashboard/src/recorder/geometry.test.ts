import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { bars, barWidth, box, line, linear, niceCeiling, robustTop, root, ticks } from './geometry.ts'

const positive = fc.double({ min: 1e-6, max: 1e12, noNaN: true })

describe('scales', () => {
  it('end at 1, 2 or 5 times a power of ten, at or above the value and less than 2.5 times it', () => {
    expect([0.3, 1, 3, 7, 150, 5000].map(niceCeiling)).toEqual([0.5, 1, 5, 10, 200, 5000])
    fc.assert(
      fc.property(positive, (value) => {
        const top = niceCeiling(value)
        expect(top).toBeGreaterThanOrEqual(value * (1 - 1e-9))
        expect(top).toBeLessThanOrEqual(value * 2.5 * (1 + 1e-9))
      }),
    )
  })

  it('end at one where there is nothing to show', () => {
    expect([0, -3, Number.NaN, Number.POSITIVE_INFINITY].map(niceCeiling)).toEqual([1, 1, 1, 1])
  })

  it('stay between foot and top and never fall', () => {
    for (const make of [linear, root]) {
      fc.assert(
        fc.property(positive, positive, positive, (top, a, b) => {
          const [low, high] = [make(top)(Math.min(a, b)), make(top)(Math.max(a, b))]
          expect(low).toBeGreaterThanOrEqual(0)
          expect(high).toBeLessThanOrEqual(1)
          expect(low).toBeLessThanOrEqual(high)
        }),
      )
    }
  })

  it('do not follow a single outlier', () => {
    const calm = Array.from({ length: 59 }, (_, i) => 100 + i)
    expect(robustTop([...calm, 9000])).toBeLessThan(200)
    expect(robustTop([...calm, 160])).toBe(160)
    expect(robustTop([])).toBe(0)
  })
})

const frame = { column: 10, height: 40 }

describe('recorder geometry', () => {
  it('leaves room between bars, however narrow the columns', () => {
    for (const column of [2, 3, 6, 10, 40]) expect(barWidth({ column, height: 1 })).toBeLessThan(column)
  })

  it('draws bars from the foot, a hairline for zero and nothing for the unknown', () => {
    expect(bars(frame, [5, 0, null], linear(10))).toBe('M1.5 20h7v20h-7ZM11.5 39h7v1h-7Z')
  })

  it('marks values with a hairline that stays inside at the top of the scale', () => {
    expect(ticks(frame, [5, undefined, 99], linear(10))).toBe('M1.5 18.8h7v1.2h-7ZM21.5 0h7v1.2h-7Z')
  })

  it('puts boxes into lanes', () => {
    expect(box(frame, 2, 1, 12)).toBe('M21.5 13.5h7v9h-7Z')
  })

  it('breaks a line where a point is missing', () => {
    expect(line([[0, 1], [2, 3], undefined, [4, 5]])).toBe('M0 1L2 3M4 5')
    expect(line([])).toBe('')
  })
})
