import fc from 'fast-check'
import { expect, it } from 'vitest'
import { lowerBound } from './lower-bound.ts'

it('finds the first place that is not before what is looked for', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 20 })), fc.integer({ min: -1, max: 21 }), (numbers, wanted) => {
      const sorted = numbers.toSorted((a, b) => a - b)
      const first = sorted.findIndex((one) => one >= wanted)
      expect(lowerBound(sorted.length, (i) => (sorted[i] as number) < wanted)).toBe(first < 0 ? sorted.length : first)
    }),
  )
})
