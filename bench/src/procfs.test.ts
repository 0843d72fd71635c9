import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { cpuMs, percentile, rssBytes } from './procfs.ts'

describe('a percentile', () => {
  it('is the least value that as many are not above', () => {
    const values = fc.array(fc.integer(), { minLength: 1 })
    fc.assert(
      fc.property(values, fc.double({ min: 0.01, max: 1, noNaN: true }), (list, share) => {
        const sorted = list.toSorted((a, b) => a - b)
        const found = percentile(sorted, share)
        const upTo = (value: number): number => sorted.filter((one) => one <= value).length
        expect(sorted).toContain(found)
        expect(upTo(found)).toBeGreaterThanOrEqual(share * sorted.length)
        const below = sorted.filter((one) => one < found)
        expect(below.length).toBeLessThan(share * sorted.length)
      }),
    )
  })

  it('is the largest for all, and no number for none', () => {
    expect(percentile([1, 2, 3], 1)).toBe(3)
    expect(percentile([], 0.5)).toBeNaN()
  })
})

describe('a process', () => {
  it('has used CPU time and holds memory', () => {
    expect(cpuMs(process.pid)).toBeGreaterThan(0)
    expect(rssBytes(process.pid)).toBeGreaterThan(10 << 20)
  })
})
