import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { countUpTo, noPercentiles, percentilesAcross, percentilesOf } from './percentile.ts'

const delays = fc.array(fc.nat(20_000), { maxLength: 60 }).map((values) => values.sort((a, b) => a - b))

/** The smallest value that at least `percent` of all values do not exceed. */
const naive = (values: readonly number[], percent: number): number | null =>
  values.find((one) => values.filter((other) => other <= one).length * 100 >= percent * values.length) ?? null

describe('percentiles', () => {
  it('are absent without values', () => {
    expect(percentilesOf([])).toEqual(noPercentiles)
    expect(percentilesAcross([])).toEqual(noPercentiles)
    expect(percentilesAcross([[], []])).toEqual(noPercentiles)
  })

  it('of one value are that value', () => {
    expect(percentilesOf([7])).toEqual({ p50Ms: 7, p95Ms: 7, p99Ms: 7 })
  })

  it('do not round a rank up: of twenty values the nineteenth is the 95th percentile', () => {
    expect(percentilesOf(Array.from({ length: 20 }, (_, i) => i + 1)).p95Ms).toBe(19)
  })

  it('are values that were measured, by the definition', () => {
    fc.assert(
      fc.property(delays, (values) => {
        expect(percentilesOf(values)).toEqual({
          p50Ms: naive(values, 50),
          p95Ms: naive(values, 95),
          p99Ms: naive(values, 99),
        })
      }),
    )
  })

  it('across lists are those of the merged list', () => {
    fc.assert(
      fc.property(fc.array(delays, { maxLength: 8 }), (lists) => {
        const merged = lists.flat().sort((a, b) => a - b)
        expect(percentilesAcross(lists)).toEqual(percentilesOf(merged))
      }),
    )
  })

  it('search finds how many values are at most a limit', () => {
    fc.assert(
      fc.property(delays, fc.integer({ min: -1, max: 20_001 }), (values, limit) => {
        expect(countUpTo(values, limit)).toBe(values.filter((one) => one <= limit).length)
      }),
    )
  })
})
