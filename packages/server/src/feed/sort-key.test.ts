import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compareKeys, naturalKey, sortKey } from './sort-key.ts'

const sorted = (texts: readonly string[]): readonly string[] =>
  [...texts].sort((a, b) => compareKeys(naturalKey(a), naturalKey(b), false))

describe('sort keys', () => {
  it('sort numbers in names by their size and letters without case', () => {
    expect(sorted(['node-10', 'Node-9', 'alpha', 'node-009b', 'node-100'])).toEqual([
      'alpha',
      'Node-9',
      'node-009b',
      'node-10',
      'node-100',
    ])
  })

  it('sort decimal amounts of any size as numbers', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 10n ** 77n }), fc.bigInt({ min: 0n, max: 10n ** 77n }), (a, b) => {
        const order = compareKeys(sortKey('gasPrice', `${a}`), sortKey('gasPrice', `${b}`), false)
        expect(Math.sign(order)).toBe(a < b ? -1 : a > b ? 1 : 0)
      }),
    )
  })

  it('put unknown values last in either direction', () => {
    for (const descending of [false, true]) {
      const keys = [sortKey('peers', null), sortKey('peers', 3), sortKey('peers', 0), sortKey('peers', Number.NaN)]
      expect(keys.sort((a, b) => compareKeys(a, b, descending)).slice(2)).toEqual([null, null])
    }
  })

  it('sort flags and the last known propagation', () => {
    expect(sortKey('mining', true)).toBe(1)
    expect(sortKey('propagation', [3, 9])).toBe(9)
    expect(sortKey('propagation', [3, -1])).toBeNull()
    expect(sortKey('propagation', [])).toBeNull()
  })
})
