import { describe, expect, it } from 'vitest'
import { bytes, compact, count, decimal, gap, percent, plural, share, unknown } from './numbers.ts'

const plain = (text: string): string => text.replaceAll(gap, ' ')

describe('numbers', () => {
  it('groups thousands with a narrow no-break space', () => {
    expect(count(18204331)).toBe(`18${gap}204${gap}331`)
    expect(plain(count(999))).toBe('999')
    expect(plain(count(-1234))).toBe('−1 234')
    expect(plain(count(1000.4))).toBe('1 000')
  })

  it('says unknown for what is not known, and zero for zero', () => {
    for (const nothing of [null, undefined, Number.NaN, Number.POSITIVE_INFINITY]) {
      for (const show of [count, compact, percent, bytes]) expect(show(nothing)).toBe(unknown)
      expect(decimal(nothing, 2)).toBe(unknown)
    }
    expect(share(null)).toBe(unknown)
    expect(count(0)).toBe('0')
  })

  it('keeps decimals and drops the sign of a rounded zero', () => {
    expect(decimal(5.016, 2)).toBe('5.02')
    expect(plain(decimal(12345.6, 1))).toBe('12 345.6')
    expect(decimal(-0.001, 2)).toBe('0.00')
    expect(decimal(-0.01, 2)).toBe('−0.01')
  })

  it('shortens with three significant digits', () => {
    const shown = [999, 1000, 15_230, 999_960, 24_100_000, 123_456_789, 3.2e12].map((n) => plain(compact(n)))
    expect(shown).toEqual(['999', '1.00 k', '15.2 k', '1.00 M', '24.1 M', '123 M', '3.20 T'])
  })

  it('never rounds less than all to 100 %', () => {
    expect([0, 0.42, 4.26, 42.4, 98.6, 99.97, 99.9999, 100].map((n) => plain(percent(n)))).toEqual([
      '0 %',
      '0.4 %',
      '4.3 %',
      '42 %',
      '99 %',
      '99.97 %',
      '99.99 %',
      '100 %',
    ])
    expect(plain(share(0.5))).toBe('50 %')
  })

  it('puts the right word after a count', () => {
    expect([0, 1, 2].map((n) => plural(n, 'tx', 'txs'))).toEqual(['0 txs', '1 tx', '2 txs'])
  })

  it('counts bytes in binary units', () => {
    expect([12, 2048, 3_500_000].map((n) => plain(bytes(n)))).toEqual(['12 B', '2.0 KiB', '3.3 MiB'])
  })
})
