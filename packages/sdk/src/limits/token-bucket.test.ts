import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createTokenBucket, refill, takeTokens } from './token-bucket.ts'

describe('token bucket', () => {
  const rate = { perSecond: 10, burst: 5 }

  it('allows its burst at once and its rate after', () => {
    const bucket = createTokenBucket(rate, 0)
    const taken = (now: number): boolean => takeTokens(bucket, rate, now)
    expect([0, 0, 0, 0, 0, 0].map(taken)).toEqual([true, true, true, true, true, false])
    expect(taken(99)).toBe(false)
    expect(taken(100)).toBe(true)
    expect(taken(100)).toBe(false)
  })

  it('keeps a reserve for those that may use it', () => {
    const bucket = createTokenBucket(rate, 0)
    const low = (): boolean => takeTokens(bucket, rate, 0, 1, 3)
    expect([low(), low(), low()]).toEqual([true, true, false])
    expect(takeTokens(bucket, rate, 0)).toBe(true)
  })

  it('gains nothing from a clock that goes back', () => {
    const bucket = createTokenBucket(rate, 1000)
    for (let i = 0; i < 5; i++) takeTokens(bucket, rate, 1000)
    expect(refill(bucket, rate, 0)).toBe(0)
    expect(refill(bucket, rate, 1000)).toBe(0)
    expect(refill(bucket, rate, 1100)).toBe(1)
  })

  it('goes on giving after a clock was set back', () => {
    const bucket = createTokenBucket(rate, 3_600_000)
    for (let i = 0; i < 5; i++) takeTokens(bucket, rate, 3_600_000)
    expect(refill(bucket, rate, 1000)).toBe(0)
    expect(refill(bucket, rate, 1500)).toBe(5)
  })

  it('never gives more than burst plus rate over any time', () => {
    const steps = fc.array(fc.integer({ min: 0, max: 500 }), { maxLength: 100 })
    fc.assert(
      fc.property(steps, (gaps) => {
        const bucket = createTokenBucket(rate, 0)
        let now = 0
        let taken = 0
        for (const gap of gaps) {
          now += gap
          if (takeTokens(bucket, rate, now)) taken++
          expect(taken).toBeLessThanOrEqual(rate.burst + (now * rate.perSecond) / 1000 + 1e-9)
        }
      }),
    )
  })
})
