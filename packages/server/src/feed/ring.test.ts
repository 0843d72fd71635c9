import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createDeltaRing } from './ring.ts'

describe('a ring of deltas', () => {
  it('gives exactly the deltas after a point, or says that it can not, within its bounds', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 40 }), { maxLength: 60 }),
        fc.integer({ min: 1, max: 10 }),
        fc.integer({ min: 10, max: 200 }),
        fc.integer({ min: 0, max: 70 }),
        (sizes, count, bytes, from) => {
          const ring = createDeltaRing({ count, bytes })
          const all = sizes.map((size) => Buffer.alloc(size))
          all.forEach((frame, i) => ring.push(i + 1, frame))
          expect(ring.bytes).toBeLessThanOrEqual(bytes)
          const missed = ring.after(from, all.length)
          if (from > all.length) expect(missed).toBeUndefined()
          else if (missed !== undefined) expect(missed).toEqual(all.slice(from))
          else expect(all.length - from > count || sum(all.slice(from)) > bytes).toBe(true)
        },
      ),
    )
  })

  it('has nothing to give but to those who are up to date once it is cleared', () => {
    const ring = createDeltaRing({ count: 5, bytes: 100 })
    ring.push(1, Buffer.alloc(3))
    ring.clear()
    expect(ring.bytes).toBe(0)
    expect(ring.after(0, 1)).toBeUndefined()
    expect(ring.after(1, 1)).toEqual([])
  })
})

const sum = (frames: readonly Buffer[]): number => frames.reduce((n, frame) => n + frame.length, 0)
