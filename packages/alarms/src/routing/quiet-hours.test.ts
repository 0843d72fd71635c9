import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isTimeZone, localMinutes, quietUntil } from './quiet-hours.ts'

const night = { from: 22 * 60, to: 7 * 60, timeZone: 'Europe/Berlin' }
const at = (text: string): number => Date.parse(text)

describe('quiet hours', () => {
  it('end in the time of the place', () => {
    expect(quietUntil(night, at('2026-01-10T20:59:59Z'))).toBeUndefined()
    expect(quietUntil(night, at('2026-01-10T21:00:00Z'))).toBe(at('2026-01-11T06:00:00Z'))
    expect(quietUntil(night, at('2026-07-11T04:59:59.5Z'))).toBe(at('2026-07-11T05:00:00Z'))
    expect(quietUntil(night, at('2026-07-11T05:00:00Z'))).toBeUndefined()
  })

  it('follow clocks that are set forward and back in the night', () => {
    expect(quietUntil(night, at('2026-03-28T22:00:00Z'))).toBe(at('2026-03-29T05:00:00Z'))
    expect(quietUntil(night, at('2026-10-24T21:00:00Z'))).toBe(at('2026-10-25T06:00:00Z'))
    // There is no half past two in that night.
    expect(quietUntil({ ...night, to: 150 }, at('2026-03-28T22:00:00Z'))).toBe(at('2026-03-29T01:00:00Z'))
  })

  it('within a day', () => {
    const lunch = { from: 720, to: 780, timeZone: 'Asia/Kolkata' }
    expect(quietUntil(lunch, at('2026-01-01T06:30:00Z'))).toBe(at('2026-01-01T07:30:00Z'))
    expect(quietUntil(lunch, at('2026-01-01T07:30:00Z'))).toBeUndefined()
  })

  it('know which places there are', () => {
    expect([isTimeZone('America/New_York'), isTimeZone('Mars/Base'), isTimeZone('')]).toEqual([true, false, false])
  })

  it('are over at their end, and not before, wherever it is', () => {
    const zones = ['UTC', 'Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kolkata']
    const minutes = fc.nat(1439)
    fc.assert(
      fc.property(
        minutes,
        minutes,
        fc.constantFrom(...zones),
        fc.integer({ min: at('2026-01-01'), max: at('2027-01-01') }),
        (from, to, timeZone, moment) => {
          const quiet = { from, to, timeZone }
          const end = quietUntil(quiet, moment)
          if (end === undefined) return
          expect(end).toBeGreaterThan(moment)
          expect(end - moment).toBeLessThanOrEqual(26 * 3_600_000)
          const isQuiet = quietUntil(quiet, end)
          // A clock that is set back may make it quiet a second time.
          if (isQuiet !== undefined) expect(localMinutes(timeZone, end)).not.toBe(to)
          expect(quietUntil(quiet, end - 1)).toBeDefined()
        },
      ),
      { numRuns: 300 },
    )
  })
})
