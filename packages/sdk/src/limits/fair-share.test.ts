import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createFairShare } from './fair-share.ts'

const limits = { all: { perSecond: 100, burst: 1000 }, each: { perSecond: 40, burst: 400 } }

describe('a share', () => {
  it('is used up by its owner, and fills up again with time', () => {
    const share = createFairShare(limits, 0)
    share.charge('a', 0, 400)
    expect(share.mayGoOn('a', 0)).toBe(false)
    expect(share.mayGoOn('a', 100)).toBe(true)
  })

  it('serves those who have used little when all is used up, and only those', () => {
    const share = createFairShare(limits, 0)
    for (const loud of ['a', 'b', 'c', 'd']) share.charge(loud, 0, 300)
    expect(share.mayGoOn('a', 0)).toBe(false)
    expect(share.mayGoOn('newcomer', 0)).toBe(true)
    share.charge('newcomer', 0, 99)
    expect(share.mayGoOn('newcomer', 0)).toBe(true)
    share.charge('newcomer', 0, 2)
    expect(share.mayGoOn('newcomer', 0)).toBe(false)
  })

  it('is given back what was charged too much', () => {
    const share = createFairShare(limits, 0)
    share.charge('a', 0, 500)
    share.charge('a', 0, -400)
    expect(share.mayGoOn('a', 0)).toBe(true)
  })

  it('never lets those who use little wait, whatever the others do', () => {
    const uses = fc.array(fc.record({ key: fc.nat(20), cost: fc.nat(5000), ms: fc.nat(50) }), { maxLength: 300 })
    fc.assert(
      fc.property(uses, (all) => {
        const share = createFairShare(limits, 0)
        let now = 0
        let spent = 0
        for (const { key, cost, ms } of all) {
          now += ms
          if (share.mayGoOn(`loud-${key}`, now)) share.charge(`loud-${key}`, now, cost)
          if (spent > 90) continue
          expect(share.mayGoOn('calm', now)).toBe(true)
          share.charge('calm', now, 1)
          spent++
        }
      }),
    )
  })
})
