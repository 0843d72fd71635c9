import { describe, expect, it } from 'vitest'
import { bucket, severity, time } from './parameters.ts'
import { Problem } from '../../net/problem.ts'
import { rangeOf, seriesRangeOf } from './range.ts'

const at = time('When.')

describe('a time', () => {
  it.each([
    ['0', 0],
    ['1700000000000', 1_700_000_000_000],
    ['2023-11-14T22:13:20Z', 1_700_000_000_000],
    ['2023-11-14t22:13:20.5z', 1_700_000_000_500],
    ['2023-11-14T23:13:20+01:00', 1_700_000_000_000],
    ['2024-02-29T00:00:00Z', 1_709_164_800_000],
  ])('%s is read', (text, ms) => {
    expect(at.parse(text)).toBe(ms)
  })
  it.each([
    '',
    '-1',
    '1e3',
    '2023-02-29T00:00:00Z',
    '2023-04-31T00:00:00Z',
    '2023-13-01T00:00:00Z',
    '2023-01-01',
    '2023-01-01T00:00:00',
    '2023-01-01T00:00:00 01:00',
    '0000-01-01T00:00:00Z',
    '999999999999999',
    '٣',
  ])('%s is refused', (text) => {
    expect(at.safeParse(text).success).toBe(false)
  })
})

describe('a bucket', () => {
  it.each([
    ['10s', 10_000],
    ['1m', 60_000],
    ['1h', 3_600_000],
    ['1d', 86_400_000],
    ['60000', 60_000],
    ['1500ms', 1500],
  ])('%s is read', (text, ms) => {
    expect(bucket.parse(text)).toBe(ms)
  })
  it.each(['0', '0s', '999', '1', '367d', '1y', '-1m', '1.5m', '1 m', '999999999999w'])('%s is refused', (text) => {
    expect(bucket.safeParse(text).success).toBe(false)
  })
})

describe('a severity', () => {
  it('goes by number or name', () => {
    expect(severity.parse('3')).toBe(3)
    expect(severity.parse('error')).toBe(3)
    expect(severity.safeParse('8').success).toBe(false)
  })
})

describe('a range', () => {
  const now = 1_700_000_000_000
  const hour = 3_600_000
  const year = 365 * 24 * hour
  it('is filled in from what was left out', () => {
    expect(rangeOf({}, now, hour)).toEqual({ from: now - hour, to: now })
    expect(rangeOf({ from: 5 }, 10, hour)).toEqual({ from: 5, to: 10 })
    expect(rangeOf({ to: 5 }, now, hour)).toEqual({ from: 0, to: 5 })
  })
  it('must not be empty or beyond ten years', () => {
    for (const asked of [{ from: now }, { from: 7, to: 7 }, { from: 0 }]) {
      expect(rangeOf(asked, now, hour)).toMatchObject({ code: 'API_RANGE_INVALID' })
    }
  })
  it.each([hour / 4, hour, 6 * hour, 24 * hour, 7 * 24 * hour, 30 * 24 * hour, year, 10 * year])(
    'of %i ms is cut into at most 300 buckets, and not into a few',
    (length) => {
      const range = seriesRangeOf({ from: now - length, to: now }, now)
      if (range instanceof Problem) throw new Error(range.detail)
      const count = length / range.bucketMs
      expect(count).toBeLessThanOrEqual(300)
      expect(count).toBeGreaterThan(80)
    },
  )
  it('of too many buckets is refused, with a width that would do', () => {
    const problem = seriesRangeOf({ from: now - year, to: now, bucket: 1000 }, now)
    expect(problem).toMatchObject({ code: 'API_RANGE_INVALID', detail: expect.stringContaining('bucket=') })
    const width = Number(/bucket=(\d+)s/.exec((problem as Problem).detail)?.[1]) * 1000
    expect(seriesRangeOf({ from: now - year, to: now, bucket: width }, now)).toMatchObject({ bucketMs: width })
  })
})
