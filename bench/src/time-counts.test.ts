import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { percentile } from './procfs.ts'
import { createTimeCounts, mergeTimes, percentileOfTimes, timesOf } from './time-counts.ts'

const countsOf = (values: readonly number[]) => {
  const counts = createTimeCounts()
  for (const value of values) counts.add(value)
  return timesOf(counts)
}

describe('time counts', () => {
  it('gives percentiles that are at most 5 % above the exact ones, also merged', () => {
    const durations = fc.array(fc.double({ min: 0.2, max: 100_000, noNaN: true }), { minLength: 1 })
    fc.assert(
      fc.property(durations, durations, fc.constantFrom(0.5, 0.95, 0.99, 1), (some, others, share) => {
        const sorted = [...some, ...others].sort((a, b) => a - b)
        const exact = percentile(sorted, share)
        const told = percentileOfTimes(mergeTimes([countsOf(some), countsOf(others)]), share)
        expect(told).toBeGreaterThanOrEqual(exact * 0.9999)
        expect(told).toBeLessThanOrEqual(exact * 1.0501)
      }),
    )
  })

  it('has no percentile of nothing, and is empty after clear', () => {
    const counts = createTimeCounts()
    expect(percentileOfTimes(timesOf(counts), 0.99)).toBeNaN()
    counts.add(5)
    counts.clear()
    expect(timesOf(counts)).toEqual(countsOf([]))
  })
})
