import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { addTallies, totalOf } from './tally.ts'

const name = fc.constantFrom('a', 'b', 'constructor')
// The same names are leaves, or not, in all tallies: a metric has one shape.
const tally = fc.record({
  n: fc.nat(),
  flat: fc.dictionary(name, fc.nat()),
  deep: fc.dictionary(name, fc.dictionary(name, fc.nat())),
})

describe('tallies', () => {
  it('add up in any order, whatever names each has', () => {
    fc.assert(
      fc.property(tally, tally, tally, (a, b, c) => {
        expect(addTallies(a, b)).toEqual(addTallies(b, a))
        expect(addTallies(addTallies(a, b), c)).toEqual(addTallies(a, addTallies(b, c)))
        expect(totalOf(addTallies(a, b))).toBe(totalOf(a) + totalOf(b))
        expect(addTallies(a, { n: 0, flat: {}, deep: {} })).toEqual(a)
      }),
    )
  })

  it('keep what only one of them has', () => {
    expect(addTallies<object>({ shed: { latency: { items: 2 } } }, { shed: { stats: { rate: 1 } } })).toEqual({
      shed: { latency: { items: 2 }, stats: { rate: 1 } },
    })
  })
})
