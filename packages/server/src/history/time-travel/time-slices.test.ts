import { describe, expect, it } from 'vitest'
import { inSlices, sliceMs } from './time-slices.ts'

/** Work of `pieces` pieces that take a millisecond of the clock each. */
const workOf = (pieces: number) => {
  const clock = { now: 0 }
  const monotonic = (): number => clock.now
  const work = function* (): Generator<void, string> {
    for (let i = 0; i < pieces; i++) {
      clock.now++
      yield
    }
    return 'done'
  }
  return { clock, monotonic, work: work() }
}

describe('work in slices', () => {
  it('lets others in between after a few milliseconds', async () => {
    const { clock, monotonic, work } = workOf(100)
    const seen: number[] = []
    const state = { over: false }
    const done = inSlices(work, { monotonic }).finally(() => (state.over = true))
    while (!state.over) {
      seen.push(clock.now)
      await new Promise((resolve) => void setImmediate(resolve))
    }
    expect(await done).toBe('done')
    expect(seen.length).toBeGreaterThan(20)
    seen.forEach((at, i) => expect(at - (seen[i - 1] ?? 0)).toBeLessThanOrEqual(2 * sliceMs))
  })

  it('ends between two slices when it is taken back', async () => {
    const { clock, monotonic, work } = workOf(1000)
    const stop = new AbortController()
    const done = inSlices(work, { monotonic, signal: stop.signal })
    stop.abort(new Error('enough'))
    await expect(done).rejects.toThrow('enough')
    expect(clock.now).toBeLessThanOrEqual(sliceMs)
  })

  it('hands on what the work throws', async () => {
    const failing = function* (): Generator<void, never> {
      yield
      throw new Error('no')
    }
    await expect(inSlices(failing(), { monotonic: () => 0 })).rejects.toThrow('no')
  })
})
