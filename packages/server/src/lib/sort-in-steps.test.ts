import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { sortInPieces } from './sort-in-steps.ts'
import { whole } from '../shard/testing/snapshot-of.ts'

describe('sorting in pieces', () => {
  it('gives what sorting at once gives, equal ones in their order', () => {
    const one = fc.record({ key: fc.nat(50), id: fc.nat() })
    fc.assert(
      fc.property(fc.array(one, { maxLength: 3000, size: 'max' }), (list) => {
        expect(whole(sortInPieces(list, ({ key }) => key))).toEqual(list.toSorted((a, b) => a.key - b.key))
      }),
      { numRuns: 30 },
    )
  })

  it('stops many times on the way', () => {
    const list = Array.from({ length: 30_000 }, (_, i) => (i * 7919) % 30_011)
    let pieces = 0
    for (const work = sortInPieces(list, (one) => one); work.next().done !== true; ) pieces++
    expect(pieces).toBeGreaterThan(60)
  })
})
