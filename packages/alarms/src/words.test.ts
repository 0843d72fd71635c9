import { describe, expect, it } from 'vitest'
import { bytesText, durationText, percentText, timeText } from './words.ts'

describe('words', () => {
  it.each([
    [450, '450 ms'],
    [5000, '5 s'],
    [2520, '2.5 s'],
    [50_400, '50 s'],
    [200_000, '3 min 20 s'],
    [3_600_000, '1 h'],
    [90_000_000, '1 d 1 h'],
    [-3, '0 ms'],
  ])('says %d ms as %s', (ms, text) => expect(durationText(ms)).toBe(text))

  it.each([
    [0, '0 B'],
    [1023, '1023 B'],
    [1536, '1.5 KiB'],
    [240 * 1024 ** 3, '240 GiB'],
  ])('says %d bytes as %s', (bytes, text) => expect(bytesText(bytes)).toBe(text))

  it('says shares and times', () => {
    expect(percentText(0.0153)).toBe('1.5 %')
    expect(timeText(Date.UTC(2026, 11, 4, 6, 0, 59))).toBe('2026-12-04 06:00 UTC')
  })
})
