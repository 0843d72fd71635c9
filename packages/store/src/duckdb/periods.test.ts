import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { periodAt, periodMsOf, periodName, tierOfName } from './periods.ts'

const hour = 3_600_000
const day = 24 * hour

describe('periods of files', () => {
  it.each([
    [1000, hour],
    [24 * hour, 3 * hour],
    [48 * hour, 6 * hour],
    [14 * day, day],
    [90 * day, 7 * day],
    [730 * day, 90 * day],
    [10_000 * day, 365 * day],
  ])('are about an eighth of a retention of %i ms', (retention, length) => {
    expect(periodMsOf(retention)).toBe(length)
  })

  it('hold each time once, begin at multiples of their length, and are found by name', () => {
    fc.assert(
      fc.property(
        fc.nat(4e12),
        fc.integer({ min: 1, max: 4000 * 24 }),
        fc.integer({ min: 1, max: 9 }),
        (at, hours, copy) => {
          const length = periodMsOf(hours * hour)
          const period = periodAt(at, length)
          expect(period.from <= at && at < period.to).toBe(true)
          expect(period.from % length).toBe(0)
          expect(tierOfName(`${periodName('logs', period, copy)}.duckdb`)).toBe('logs')
        },
      ),
    )
  })

  it('are told apart by start, length and copy', () => {
    const at = Date.UTC(2026, 10, 23, 18, 30)
    expect(periodName('raw', periodAt(at, 6 * hour))).toBe('raw-2026-11-23T18-6h')
    expect(periodName('raw', periodAt(at, hour))).toBe('raw-2026-11-23T18-1h')
    expect(periodName('raw', periodAt(at, hour), 2)).toBe('raw-2026-11-23T18-1h.2')
  })

  it.each(['main.duckdb', 'raw.duckdb', 'raw-2026-11-23T18-1h.duckdb.new', 'other-2026-11-23T18-1h.duckdb'])(
    'are not what %s is',
    (name) => expect(tierOfName(name)).toBeUndefined(),
  )
})
