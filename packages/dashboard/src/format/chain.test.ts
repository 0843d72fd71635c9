import { describe, expect, it } from 'vitest'
import { behindText, isNobody, shortHash, weiAmount } from './chain.ts'
import { gap, unknown } from './numbers.ts'

const plain = (text: string): string => text.replaceAll(gap, ' ')

describe('chain values', () => {
  it('shortens hashes and leaves short text whole', () => {
    expect(shortHash(`0x${'3f9a'.repeat(16)}`)).toBe('0x3f9a…3f9a')
    expect(shortHash(`0x${'12345678'.repeat(8)}`, 8)).toBe('0x12345678…12345678')
    expect(shortHash('0xabc')).toBe('0xabc')
    expect(shortHash(null)).toBe(unknown)
  })

  it('shows wei in the unit a person would use', () => {
    const cases: [string, string][] = [
      ['0', '0 wei'],
      ['7', '7 wei'],
      ['875000000', '0.875 gwei'],
      ['1000000000', '1 gwei'],
      ['1250000000', '1.25 gwei'],
      ['123456000000000', '123 456 gwei'],
      ['500000000000000000', '0.5 ether'],
      ['123456789012345678901234567890', '123 456 789 012 ether'],
    ]
    for (const [wei, text] of cases) expect(plain(weiAmount(wei))).toBe(text)
    for (const bad of [null, '', '0x10', '1.5', '-1']) expect(weiAmount(bad)).toBe(unknown)
  })

  it('knows the address nobody has', () => {
    expect(isNobody(`0x${'0'.repeat(40)}`)).toBe(true)
    expect(isNobody('')).toBe(true)
    expect(isNobody(`0x${'0'.repeat(39)}1`)).toBe(false)
  })

  it('names the distance to the head', () => {
    expect([behindText(null), behindText(0), behindText(1), plain(behindText(4210))]).toEqual([
      unknown,
      'head',
      '−1',
      '−4 210',
    ])
  })
})
