import { unixMs } from '@netstats/protocol'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createFakeClock } from '@netstats/sdk/testing'
import { createSpoolTime } from './spool-time.ts'

const day = 86_400_000

describe('spool time', () => {
  it('follows the monotonic clock, whatever the wall clock does', async () => {
    const clock = createFakeClock()
    const time = createSpoolTime({ clock, maxAgeMs: day })
    await clock.advance(1000)
    clock.step(-day)
    expect(time.now()).toBe(1000)
  })

  it.each([
    { away: 1000, counted: 1000 },
    { away: 400 * day, counted: day / 2 },
    { away: -400 * day, counted: 0 },
  ])('takes $away ms between two runs for $counted', ({ away, counted }) => {
    const clock = createFakeClock()
    const saved = { spoolMs: 5000, wallMs: unixMs(clock.now() - away) }
    expect(createSpoolTime({ clock, maxAgeMs: day, saved }).now()).toBe(5000 + counted)
  })

  it('notices steps and lets drift pass', async () => {
    const clock = createFakeClock()
    const time = createSpoolTime({ clock, maxAgeMs: day })
    clock.step(4000)
    expect(time.check()).toBe(0)
    clock.step(4000)
    expect(time.check()).toBe(0)
    clock.step(-60_000)
    expect(time.check()).toBe(-60_000)
    expect(time.check()).toBe(0)
    expect(time.steps()).toBe(1)
  })

  it('never runs backwards over any number of restarts and steps', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ step: fc.integer({ min: -day * 999, max: day * 999 }), run: fc.nat(day) }), {
          maxLength: 20,
        }),
        async (lives) => {
          const clock = createFakeClock()
          let saved: { spoolMs: number; wallMs: ReturnType<typeof clock.now> } | undefined
          for (const { step, run } of lives) {
            const before = saved?.spoolMs ?? 0
            const time = createSpoolTime({ clock, maxAgeMs: day, saved })
            await clock.advance(run)
            expect(time.now()).toBeGreaterThanOrEqual(before + run - 1)
            expect(time.now()).toBeLessThanOrEqual(before + run + day / 2 + 1)
            saved = { spoolMs: time.now(), wallMs: clock.now() }
            clock.step(step)
          }
        },
      ),
      { numRuns: 50 },
    )
  })
})
