import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createReplayBuffer } from './replay-buffer.ts'

describe('a replay of deltas', () => {
  it('gives exactly the deltas after a point, or says that it cannot, within its bounds', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 40 }), { maxLength: 60 }),
        fc.integer({ min: 1, max: 10 }),
        fc.integer({ min: 10, max: 200 }),
        fc.integer({ min: 0, max: 70 }),
        (sizes, count, bytes, from) => {
          const replay = createReplayBuffer({ count, bytes })
          const all = sizes.map((size) => Buffer.alloc(size))
          all.forEach((frame, i) => replay.push(i + 1, frame))
          expect(replay.bytes).toBeLessThanOrEqual(bytes)
          const missed = replay.after(from, all.length)
          if (from > all.length) expect(missed).toBeUndefined()
          else if (missed !== undefined) expect(missed).toEqual(all.slice(from))
          else expect(all.length - from > count || sum(all.slice(from)) > bytes).toBe(true)
        },
      ),
    )
  })

  it('has nothing to give but to those who are up to date once it is cleared', () => {
    const replay = createReplayBuffer({ count: 5, bytes: 100 })
    replay.push(1, Buffer.alloc(3))
    replay.clear()
    expect(replay.bytes).toBe(0)
    expect(replay.after(0, 1)).toBeUndefined()
    expect(replay.after(1, 1)).toEqual([])
  })
})

const sum = (frames: readonly Buffer[]): number => frames.reduce((n, frame) => n + frame.length, 0)
