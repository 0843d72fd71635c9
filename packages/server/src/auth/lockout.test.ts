import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createLockout } from './lockout.ts'

const limits = { failures: 3, lockMs: 1000, mostMs: 60_000, entries: 5 }

describe('a lock-out', () => {
  it('comes after so many failures in a row, and lasts twice as long each time', () => {
    const lockout = createLockout(limits)
    let at = 0
    const lengths: number[] = []
    for (let round = 0; round < 9; round++) {
      while (lockout.lockedMs('a', at) === 0) lockout.failed('a', at)
      const lockedMs = lockout.lockedMs('a', at)
      lengths.push(lockedMs)
      at += lockedMs
    }
    expect(lengths).toEqual([1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000, 60_000])
    expect(lockout.locks).toBe(9)
  })

  it('forgets failures that are far apart, and the length of locks after a quiet time', () => {
    const lockout = createLockout(limits)
    for (let i = 0; i < 50; i++) lockout.failed('a', i * 150_000)
    expect(lockout.lockedMs('a', 50 * 150_000)).toBe(0)
    const at = 10_000_000
    for (let i = 0; i < 3; i++) lockout.failed('b', at)
    expect(lockout.lockedMs('b', at)).toBe(1000)
    for (let i = 0; i < 3; i++) lockout.failed('b', at + 100_000)
    expect(lockout.lockedMs('b', at + 100_000)).toBe(1000)
  })

  it('keeps keys apart and their number bounded', () => {
    const lockout = createLockout(limits)
    for (let i = 0; i < 3; i++) lockout.failed('a', 0)
    expect([lockout.lockedMs('a', 0), lockout.lockedMs('b', 0)]).toEqual([1000, 0])
    for (let i = 0; i < 100; i++) lockout.failed(`other ${i}`, 0)
    expect(lockout.size).toBe(5)
    expect(lockout.lockedMs('a', 0)).toBe(0)
  })

  it('takes a failure back that was none', () => {
    const lockout = createLockout(limits)
    for (let i = 0; i < 30; i++) {
      lockout.failed('a', i)
      lockout.forgive('a', i)
    }
    expect([lockout.lockedMs('a', 30), lockout.locks]).toEqual([0, 0])
  })

  it('never lasts longer than its bound, whatever the clock does', () => {
    const steps = fc.array(fc.tuple(fc.integer({ min: -1e9, max: 1e9 }), fc.boolean()), { maxLength: 60 })
    fc.assert(
      fc.property(steps, (all) => {
        const lockout = createLockout(limits)
        let at = 0
        for (const [step, fails] of all) {
          at += step
          if (fails) lockout.failed('a', at)
          const locked = lockout.lockedMs('a', at)
          expect(locked).toBeGreaterThanOrEqual(0)
          expect(locked).toBeLessThanOrEqual(limits.mostMs)
          expect(lockout.lockedMs('a', at + locked)).toBe(0)
        }
      }),
    )
  })
})
