import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { engineOf } from './engine.ts'

const clock = { now: () => 0, monotonic: () => 12_345 } as Parameters<typeof engineOf>[2]
const second = 1e6
const start = 1_790_000_000 * second

/** The boots that an agent says at each of its starts, `waits` microseconds apart; a spool remembers 64 lives. */
const bootsOfStarts = (waits: readonly number[]): readonly number[] => {
  let lives: { readonly life: string; readonly from: number }[] = []
  let now = start
  return waits.map((wait) => {
    now += wait
    lives = [...lives, { life: String(now), from: now }].slice(-64)
    return engineOf(undefined, { id: 'spool', lives }, clock).boots
  })
}

describe('the engine that traps are sent as', () => {
  it('has boots that grow with every start, also with several in one second', () => {
    const from = 1_790_000_000 - 1_577_836_800
    expect(bootsOfStarts([0, 1, 1, 2 * second])).toEqual([from, from + 1, from + 2, from + 3])
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.integer({ min: 1, max: 3 * second }), fc.integer({ min: 1, max: 9 })), { maxLength: 40 }),
        (waits) => {
          const boots = bootsOfStarts(waits)
          for (const [at, value] of boots.entries()) if (at > 0) expect(value).toBeGreaterThan(boots[at - 1]!)
        },
      ),
    )
  })

  it('keeps the id of its spool, and takes one that is configured', () => {
    const spool = { id: 'spool', lives: [{ life: 'a', from: start }] }
    const own = engineOf(undefined, spool, clock)
    expect(own.id.equals(engineOf(undefined, spool, clock).id)).toBe(true)
    expect(own.id).toHaveLength(17)
    expect(engineOf('0x80001f8880aabbcc', spool, clock).id.toString('hex')).toBe('80001f8880aabbcc')
    expect(own.time()).toBe(12)
  })

  it('has boots also for a spool from before there were lives', () => {
    expect(engineOf(undefined, { id: 'spool', lives: [{ life: '0', from: 1 }] }, clock).boots).toBe(1)
    expect(engineOf(undefined, { id: 'spool', lives: [] }, clock).boots).toBe(1)
  })
})
