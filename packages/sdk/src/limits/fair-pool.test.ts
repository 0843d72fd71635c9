import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createFairPool } from './fair-pool.ts'

const limits = { places: 100, each: 40, reserve: 20, few: 3 }

/** Takes as many as it gets. */
const fill = (pool: ReturnType<typeof createFairPool>, key: string): number => {
  let got = 0
  for (; pool.refusal(key) === undefined; got++) pool.enter(key)
  return got
}

describe('a pool', () => {
  it('gives one its share, and keeps the last places for those who have few', () => {
    const pool = createFairPool(limits)
    expect(fill(pool, 'a')).toBe(40)
    expect(fill(pool, 'b')).toBe(40)
    expect(fill(pool, 'c')).toBe(3)
    expect(pool.refusal('c')).toBe('share')
    expect(fill(pool, 'd')).toBe(3)
    expect(pool.taken).toBe(86)
  })

  it('says whether it is full or only one is', () => {
    const pool = createFairPool(limits)
    for (let i = 0; pool.taken < 100; i++) fill(pool, `k${i}`)
    expect(pool.refusal('newcomer')).toBe('full')
    pool.leave('k0')
    expect(pool.refusal('newcomer')).toBeUndefined()
    expect(pool.refusal('k1')).toBe('share')
  })

  it('never has more than its places, forgets who left, and has room for a newcomer whatever two others do', () => {
    const steps = fc.array(fc.record({ key: fc.constantFrom('a', 'b'), enters: fc.boolean() }), { maxLength: 400 })
    fc.assert(
      fc.property(steps, (all) => {
        const pool = createFairPool(limits)
        const model = { a: 0, b: 0 }
        for (const { key, enters } of all as { key: 'a' | 'b'; enters: boolean }[]) {
          if (!enters) {
            pool.leave(key)
            model[key] = Math.max(0, model[key] - 1)
          } else if (pool.refusal(key) === undefined) {
            pool.enter(key)
            model[key]++
          }
          expect(pool.taken).toBe(model.a + model.b)
          expect(pool.keys).toBe(Number(model.a > 0) + Number(model.b > 0))
          expect(pool.refusal('newcomer')).toBeUndefined()
        }
      }),
    )
  })
})
