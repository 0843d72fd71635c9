import { describe, expect, it } from 'vitest'
import { gap, unknown } from './numbers.ts'
import { clockTime, duration, elapsed, instant, momentWords, shortMoment } from './time.ts'

const plain = (text: string): string => text.replaceAll(gap, ' ')

describe('time', () => {
  it('measures with the unit that fits', () => {
    const cases: [number, string][] = [
      [0, '0 ms'],
      [0.34, '0.3 ms'],
      [7, '7 ms'],
      [340.4, '340 ms'],
      [999.6, '1.00 s'],
      [1240, '1.24 s'],
      [9998, '10.0 s'],
      [12_340, '12.3 s'],
      [59_990, '0 min 59 s'],
      [245_000, '4 min 05 s'],
      [11_520_000, '3 h 12 min'],
      [187_200_000, '2 d 4 h'],
      [-340, '−340 ms'],
    ]
    for (const [ms, text] of cases) expect(plain(duration(ms))).toBe(text)
  })

  it('counts what is past in whole seconds and calls the near future now', () => {
    const cases: [number, string][] = [
      [-4000, 'now'],
      [0, 'now'],
      [1999, '1 s'],
      [59_999, '59 s'],
      [60_000, '1 min 00 s'],
      [8_000_000, '2 h 13 min'],
    ]
    for (const [ms, text] of cases) expect(plain(elapsed(ms))).toBe(text)
  })

  it('says unknown for what is not known', () => {
    expect([duration(null), elapsed(undefined), instant(null)]).toEqual([unknown, unknown, unknown])
  })

  it('writes local time without asking the locale', () => {
    const at = new Date(2026, 10, 3, 4, 5, 6).getTime()
    expect(clockTime(at)).toBe('04:05:06')
    expect(instant(at)).toBe('2026-11-03 04:05:06')
  })
})

describe('a moment in words', () => {
  it('is as short as its day allows', () => {
    const now = new Date(2026, 10, 1, 12).getTime()
    expect(shortMoment(now - 60_000, now)).toBe('11:59:00')
    expect(shortMoment(now - 86_400_000, now)).toBe('2026-10-31 12:00')
  })

  it('says which day, so that nobody takes yesterday for today', () => {
    const now = new Date(2026, 10, 1, 0, 30).getTime()
    expect(momentWords(now - 60_000, now)).toBe('00:29:00 today')
    expect(momentWords(now - 3_600_000, now)).toBe('23:30:00 yesterday')
    expect(momentWords(now - 3 * 86_400_000, now)).toBe('00:30:00 on 2026-10-29')
  })
})
