import { describe, expect, it } from 'vitest'
import type { WorkSteps } from './work-steps.ts'
import { createWorkScheduler } from './work-scheduler.ts'

/** A scheduler on a clock that each piece of work moves by a millisecond. */
const begin = () => {
  let clock = 0
  const deferred: (() => void)[] = []
  const slices: number[] = []
  const scheduler = createWorkScheduler({
    monotonic: () => clock,
    defer: (run) => void deferred.push(run),
    onSlice: (ms) => void slices.push(ms),
  })
  const done: string[] = []
  const work = (name: string, pieces: number) =>
    function* (): WorkSteps {
      for (let i = 0; i < pieces; i++) {
        clock++
        yield
      }
      done.push(name)
    }
  const others = (): void => {
    for (let run = deferred.shift(); run !== undefined; run = deferred.shift()) run()
  }
  const elsewhere = (ms: number): void => {
    clock += ms
  }
  return { scheduler, slices, done, work, others, deferred, elsewhere }
}

describe('scheduler', () => {
  it('do short work at once and long work in slices, others in between', () => {
    const { scheduler, slices, done, work, others, deferred } = begin()
    scheduler.run(work('short', 2))
    expect([done, deferred.length]).toEqual([['short'], 0])
    scheduler.run(work('long', 10))
    expect([done, deferred.length]).toEqual([['short'], 1])
    others()
    expect(done).toEqual(['short', 'long'])
    expect(Math.max(...slices)).toBeLessThanOrEqual(4)
  })

  it('take a quarter of what others take while these have much to do', () => {
    const { scheduler, slices, work, deferred, elsewhere } = begin()
    scheduler.run(work('long', 40))
    for (const busy of [8, 8, 100, 0]) {
      elsewhere(busy)
      for (const run of deferred.splice(0)) run()
    }
    expect(slices).toEqual([4, 2, 2, 4, 1])
  })

  it('do one work after the other, and what is asked for twice once', () => {
    const { scheduler, done, work, others } = begin()
    const [a, b] = [work('a', 10), work('b', 10)]
    scheduler.run(a)
    scheduler.run(b)
    scheduler.run(b)
    expect([scheduler.has(a), scheduler.has(b)]).toEqual([true, true])
    others()
    expect(done).toEqual(['a', 'b'])
    expect([scheduler.has(a), scheduler.has(b)]).toEqual([false, false])
  })

  it('do a work again that is asked for while it is under way: it may have missed what came since', () => {
    const { scheduler, done, work, others } = begin()
    const a = work('a', 10)
    scheduler.run(a)
    scheduler.run(a)
    others()
    expect(done).toEqual(['a', 'a'])
  })

  it('tell of a failure when somebody asks, once, and go on with the next work', () => {
    const { scheduler, done, work, others } = begin()
    scheduler.run(work('first', 10))
    scheduler.run(function* (): WorkSteps {
      yield
      throw new Error('broken')
    })
    scheduler.run(work('after', 1))
    others()
    expect(done).toEqual(['first', 'after'])
    expect(() => scheduler.check()).toThrow('broken')
    expect(() => scheduler.check()).not.toThrow()
  })

  it('end with everything done', () => {
    const { scheduler, done, work, others } = begin()
    scheduler.run(work('a', 100))
    scheduler.run(work('b', 1))
    scheduler.finish()
    expect(done).toEqual(['a', 'b'])
    others()
    scheduler.run(work('c', 1))
    expect(done).toEqual(['a', 'b'])
  })
})
