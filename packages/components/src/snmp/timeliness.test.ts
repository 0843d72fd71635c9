import { createFakeClock } from '@netstats/sdk/testing'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createTimeliness } from './timeliness.ts'

const start = () => {
  const clock = createFakeClock()
  const timeliness = createTimeliness(clock)
  let count = 0
  const trap = (boots: number, time: number, message = `${++count}`, engine = 'aa'): boolean =>
    timeliness.takes(engine, { boots, time }, Buffer.from(message))
  return { clock, timeliness, trap }
}

describe('a message for this engine', () => {
  it('is of now within 150 seconds of its time, whichever way', async () => {
    const { clock, timeliness } = start()
    const { boots, time } = timeliness.now()
    const isTimely = (by: number): boolean => timeliness.isTimely({ boots, time: time + by })
    expect([-151, -150, 0, 150, 151].map(isTimely)).toEqual([false, true, true, true, false])
    expect(timeliness.isTimely({ boots: boots + 1, time })).toBe(false)
    expect(timeliness.isTimely({ boots: 0, time: 10 })).toBe(false)
    await clock.advance(200_000)
    expect(isTimely(0)).toBe(false)
    expect(isTimely(200)).toBe(true)
  })

  it('is measured by a clock that goes on over a restart and does not step', async () => {
    const { clock, timeliness } = start()
    const before = timeliness.now()
    await clock.advance(60_000)
    expect(createTimeliness(clock).now()).toEqual({ ...before, time: before.time + 60 })
    clock.step(-3_600_000)
    expect(timeliness.now().time).toBe(before.time + 60)
  })
})

describe('a trap of another engine', () => {
  it('is taken once: the same datagram again is not', () => {
    const { trap } = start()
    expect([trap(1, 100, 'x'), trap(1, 100, 'x'), trap(1, 100, 'y')]).toEqual([true, false, true])
  })

  it('is not taken when it was recorded before the last boot, or more than 150 seconds ago', async () => {
    const { clock, trap } = start()
    expect(trap(5, 1000)).toBe(true)
    expect(trap(4, 5000)).toBe(false)
    await clock.advance(100_000)
    expect(trap(5, 950)).toBe(true)
    expect(trap(5, 949)).toBe(false)
    expect(trap(6, 0)).toBe(true)
    expect(trap(5, 1200)).toBe(false)
    await clock.advance(151_000)
    expect(trap(6, 0)).toBe(false)
  })

  it('is judged by what its own engine has said', () => {
    const { trap } = start()
    expect([trap(9, 9, 'a', 'aa'), trap(1, 1, 'b', 'bb')]).toEqual([true, true])
  })

  it('is never taken from an engine whose boots are used up', () => {
    const { trap } = start()
    expect(trap(2 ** 31 - 1, 5)).toBe(false)
  })

  it('is never taken again, whatever is recorded and replayed when', async () => {
    const step = fc.record({ passMs: fc.integer({ min: 0, max: 100_000 }), boot: fc.boolean(), replay: fc.nat(30) })
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
        const { clock, trap } = start()
        let boots = 1
        let bootedAt = clock.monotonic()
        const recorded: (readonly [boots: number, time: number, message: string])[] = []
        for (const [i, { passMs, boot, replay }] of steps.entries()) {
          await clock.advance(passMs)
          if (boot) {
            boots++
            bootedAt = clock.monotonic()
          }
          const sent = [boots, Math.floor((clock.monotonic() - bootedAt) / 1000), `trap ${i}`] as const
          expect(trap(...sent)).toBe(true)
          recorded.push(sent)
          const again = recorded[replay % recorded.length]
          if (again !== undefined) expect(trap(...again)).toBe(false)
        }
      }),
      { numRuns: 50 },
    )
  })
})
