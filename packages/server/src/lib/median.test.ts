import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { medianOf } from './median.ts'

describe('a median', () => {
  it('is what stands in the middle after sorting, the lower of two', () => {
    const values = fc.array(fc.oneof(fc.nat(5), fc.double({ noNaN: true })), { maxLength: 300, size: 'max' })
    fc.assert(
      fc.property(values, fc.nat(10), (list, more) => {
        // What stands behind the count is not looked at.
        const given = Float64Array.from([...list, ...Array.from({ length: more }, () => -1e300)])
        const sorted = Float64Array.from(list).sort()
        expect(medianOf(given, list.length)).toBe(
          list.length === 0 ? null : (sorted[(list.length - 1) >>> 1] as number) + 0,
        )
      }),
    )
  })

  it('of zeros of both signs is a plain zero, wherever they stand', () => {
    for (const list of [[-0], [0, -0], [-0, 0], [-0, -0, 0, 1], [0, 0, -0]])
      expect(medianOf(Float64Array.from(list), list.length)).toBe(0)
  })

  it('of sorted, reversed and equal values is as quick as of others', () => {
    const n = 100_000
    const from = performance.now()
    for (const value of [(i: number) => i, (i: number) => n - i, () => 7, (i: number) => i % 2]) {
      const values = Float64Array.from({ length: n }, (_, i) => value(i))
      expect(medianOf(values.slice(), n)).toBe(values.sort()[(n - 1) >>> 1])
    }
    expect(performance.now() - from).toBeLessThan(2000)
  })
})
