import { describe, expect, it } from 'vitest'
import { systemClock, ticks } from './clock.ts'
import { createFakeClock } from './testing/fake-clock.ts'

const never = new AbortController().signal

describe('the system clock', () => {
  it('sleeps about as long as it is told', async () => {
    const before = systemClock.monotonic()
    await systemClock.sleep(5, { signal: never })
    expect(systemClock.monotonic() - before).toBeGreaterThanOrEqual(4)
  })

  it('rejects a sleep with the reason of the signal, also one that was aborted before', async () => {
    const abort = new AbortController()
    const sleeping = systemClock.sleep(60_000, { signal: abort.signal })
    abort.abort(new Error('enough'))
    await expect(sleeping).rejects.toThrow('enough')
    await expect(systemClock.sleep(1, { signal: abort.signal })).rejects.toThrow('enough')
  })

  it('takes a sleep longer than a timer can count without waking at once', async () => {
    const abort = new AbortController()
    const sleeping = systemClock.sleep(2 ** 40, { signal: abort.signal })
    const first = await Promise.race([sleeping.catch(() => 'aborted'), systemClock.sleep(5, { signal: never })])
    expect(first).toBeUndefined()
    abort.abort()
    await expect(sleeping).rejects.toThrow()
  })

  it('tells the wall clock in milliseconds', () => {
    expect(Math.abs(systemClock.now() - Date.now())).toBeLessThan(1000)
  })
})

describe('every', () => {
  it('ticks at once and then on a grid', async () => {
    const clock = createFakeClock()
    const abort = new AbortController()
    const seen: number[] = []
    const done = (async () => {
      for await (const _ of clock.every(100, { signal: abort.signal })) seen.push(clock.monotonic())
    })()
    await clock.advance(350)
    expect(seen).toEqual([0, 100, 200, 300])
    abort.abort()
    await done
  })

  it('leaves out the ticks that a slow consumer missed and stays on the grid', async () => {
    const clock = createFakeClock()
    const abort = new AbortController()
    const seen: number[] = []
    const done = (async () => {
      for await (const _ of clock.every(100, { signal: abort.signal })) {
        seen.push(clock.monotonic())
        if (seen.length === 1) await clock.sleep(250, { signal: never })
      }
    })()
    await clock.advance(500)
    expect(seen).toEqual([0, 300, 400, 500])
    abort.abort()
    await done
  })

  it('never gives the same tick twice to a timer that fires early', async () => {
    let now = 0
    const early = {
      monotonic: () => now,
      sleep: (ms: number) => {
        now += ms - 0.4
        return Promise.resolve()
      },
    }
    const seen: number[] = []
    for await (const _ of ticks(early, 10, { signal: never })) {
      seen.push(Math.round(now))
      if (seen.length === 4) break
    }
    expect(seen).toEqual([0, 10, 20, 30])
  })

  it('ends without a tick when the signal was aborted before, and refuses a span that is none', async () => {
    const clock = createFakeClock()
    for await (const _ of clock.every(10, { signal: AbortSignal.abort() })) throw new Error('ticked')
    await expect(clock.every(0, { signal: never })[Symbol.asyncIterator]().next()).rejects.toThrow(RangeError)
  })
})

describe('the fake clock', () => {
  it('runs due sleeps in order of time, then of asking, including those that come up on the way', async () => {
    const clock = createFakeClock()
    const seen: string[] = []
    const sleeper = async (name: string, ...spans: number[]) => {
      for (const span of spans) {
        await clock.sleep(span, { signal: never })
        seen.push(`${name}@${clock.monotonic()}`)
      }
    }
    const all = Promise.all([sleeper('b', 20, 10), sleeper('a', 10, 10, 10), sleeper('c', 20)])
    await clock.advance(30)
    await all
    expect(seen).toEqual(['a@10', 'b@20', 'c@20', 'a@20', 'b@30', 'a@30'])
  })

  it('does not wake a sleep that is due later', async () => {
    const clock = createFakeClock()
    let woken = false
    void clock.sleep(11, { signal: never }).then(() => {
      woken = true
    })
    await clock.advance(10)
    expect(woken).toBe(false)
    await clock.advance(1)
    expect(woken).toBe(true)
  })

  it('forgets an aborted sleep and rejects it with the reason', async () => {
    const clock = createFakeClock()
    const abort = new AbortController()
    const sleeping = clock.sleep(10, { signal: abort.signal })
    expect(clock.sleeping()).toBe(1)
    abort.abort(new Error('stop'))
    await expect(sleeping).rejects.toThrow('stop')
    expect(clock.sleeping()).toBe(0)
  })

  it('steps the wall clock without touching the monotonic one', async () => {
    const clock = createFakeClock({ start: 1000 })
    await clock.advance(5)
    clock.step(-500)
    expect(clock.now()).toBe(505)
    expect(clock.monotonic()).toBe(5)
  })

  it('tells when the code under test has come to rest', async () => {
    const clock = createFakeClock()
    const resting = clock.untilSleeping(2)
    void clock.sleep(1, { signal: never })
    void clock.sleep(1, { signal: never })
    await resting
    expect(clock.sleeping()).toBe(2)
    await clock.advance(1)
  })
})
