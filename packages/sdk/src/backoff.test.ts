import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createBackoff } from './backoff.ts'
import { createFakeClock } from './testing/fake-clock.ts'

describe('back-off', () => {
  it('doubles its ceiling up to the longest wait', () => {
    const backoff = createBackoff({ clock: createFakeClock(), firstMs: 100, maxMs: 1000, random: () => 1 })
    expect([1, 2, 3, 4, 5, 6].map(() => backoff.next())).toEqual([100, 200, 400, 800, 1000, 1000])
    expect(backoff.failures()).toBe(6)
  })

  it('spreads waits over the whole span below the ceiling', () => {
    const randoms = [0, 0.5, 0.25]
    const backoff = createBackoff({
      clock: createFakeClock(),
      firstMs: 1000,
      minMs: 0,
      random: () => randoms.shift() ?? 0,
    })
    expect([backoff.next(), backoff.next(), backoff.next()]).toEqual([0, 1000, 1000])
  })

  it('starts over when it has worked long enough since it last said so', async () => {
    const clock = createFakeClock()
    const backoff = createBackoff({ clock, firstMs: 100, healthyAfterMs: 5000, random: () => 1 })
    backoff.next()
    backoff.next()
    backoff.working()
    await clock.advance(3000)
    backoff.working()
    await clock.advance(2000)
    expect(backoff.next()).toBe(100)
  })

  it('goes on growing when it worked for a moment only, or never said that it worked', async () => {
    const clock = createFakeClock()
    const backoff = createBackoff({ clock, firstMs: 100, healthyAfterMs: 5000, random: () => 1 })
    backoff.next()
    backoff.working()
    await clock.advance(4999)
    expect(backoff.next()).toBe(200)
    await clock.advance(60_000)
    expect(backoff.next()).toBe(400)
  })

  it('starts over at once when told', () => {
    const backoff = createBackoff({ clock: createFakeClock(), firstMs: 100, random: () => 1 })
    backoff.next()
    backoff.next()
    backoff.reset()
    expect(backoff.next()).toBe(100)
  })

  it('stays between its floor and its longest wait, whatever the dice say and however often it fails', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 300 }),
        fc.integer({ min: 1, max: 10_000 }),
        fc.integer({ min: 1, max: 100_000 }),
        (dice, firstMs, maxMs) => {
          let i = 0
          const backoff = createBackoff({
            clock: createFakeClock(),
            firstMs,
            maxMs,
            minMs: 10,
            random: () => dice[i++] ?? 0,
          })
          for (const _ of dice) {
            const wait = backoff.next()
            expect(wait).toBeGreaterThanOrEqual(Math.min(10, firstMs, maxMs))
            expect(wait).toBeLessThanOrEqual(maxMs)
          }
        },
      ),
    )
  })
})
