import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createBudget, spend } from './budget.ts'
import { addSample, estimate } from './clock-estimate.ts'
import type { Sample } from './clock-estimate.ts'
import { callBack, createFlight, land, launch } from './flight.ts'
import { clockOf, createPinger, ping, pong } from './pinger.ts'
import { utf8Length } from './utf8.ts'

describe('an estimate of another clock', () => {
  const sample = (offsetMs: number, errorMs: number) => ({ offsetMs, errorMs })
  const createClock = () => {
    let samples: readonly Sample[] = []
    return {
      add: (one: object, mono: number): void => {
        samples = addSample(samples, { ...one, mono } as Sample)
      },
      best: (mono: number) => estimate(samples, mono),
    }
  }

  it('is the sample with the least bound of the last eight', () => {
    const clock = createClock()
    expect(clock.best(0)).toBeUndefined()
    clock.add(sample(100, 5), 0)
    clock.add(sample(103, 50), 0)
    expect(clock.best(0)).toEqual({ offsetMs: 100, errorMs: 5 })
    for (let n = 0; n < 7; n++) clock.add(sample(103, 50), 0)
    expect(clock.best(0)).toEqual({ offsetMs: 103, errorMs: 50 })
  })

  it('is worth less as it grows old', () => {
    const clock = createClock()
    clock.add(sample(0, 5), 0)
    expect(clock.best(60_000)?.errorMs).toBeCloseTo(11)
    clock.add(sample(6, 8), 60_000)
    expect(clock.best(60_000)).toEqual({ offsetMs: 6, errorMs: 8 })
  })

  it('starts over when a clock was set', () => {
    const clock = createClock()
    clock.add(sample(0, 1), 0)
    clock.add(sample(3_600_000, 400), 1)
    expect(clock.best(1)).toEqual({ offsetMs: 3_600_000, errorMs: 400 })
  })

  it('holds the true offset, whatever the way takes in each direction and however long the other waits', () => {
    const ms = fc.integer({ min: 0, max: 5000 })
    const exchange = fc.record({ there: ms, waits: ms, back: ms, between: ms })
    fc.assert(
      fc.property(fc.array(exchange, { minLength: 1 }), fc.integer({ min: -1e9, max: 1e9 }), (pings, offset) => {
        const pinger = createPinger()
        let mono = 0.25
        const at = () => ({ now: 1_000_000_000_000 + Math.floor(mono), mono })
        for (const { there, waits, back, between } of pings) {
          const t1 = ping(pinger, at())
          const other = (elapsed: number): number => Math.floor(1_000_000_000_000 + mono + elapsed + offset)
          const [t2, t3] = [other(there), other(there + waits)]
          mono += there + waits + back
          expect(pong(pinger, { type: 'pong', t1, t2, t3 }, at())?.roundTripMs).toBeCloseTo(there + back, 3)
          mono += between
        }
        const { offsetMs = NaN, errorMs = NaN } = clockOf(pinger, at()) ?? {}
        expect(Math.abs(offsetMs - offset)).toBeLessThanOrEqual(errorMs)
      }),
    )
  })
})

describe('a pong', () => {
  const at = (mono: number) => ({ now: 1000 + mono, mono })

  it('counts once, and only that of the last ping', () => {
    const pinger = createPinger()
    const first = ping(pinger, at(0))
    const second = ping(pinger, at(10))
    expect(pong(pinger, { type: 'pong', t1: first, t2: 5, t3: 5 }, at(20))).toBeUndefined()
    expect(pong(pinger, { type: 'pong', t1: second, t2: 1015, t3: 1015 }, at(20))).toMatchObject({
      roundTripMs: 10,
      offsetMs: 0,
    })
    expect(pong(pinger, { type: 'pong', t1: second, t2: 1015, t3: 1015 }, at(21))).toBeUndefined()
  })

  it('that cannot be true is left aside', () => {
    const pinger = createPinger()
    expect(pong(pinger, { type: 'pong', t1: ping(pinger, at(0)), t2: 9, t3: 8 }, at(5))).toBeUndefined()
    expect(pong(pinger, { type: 'pong', t1: ping(pinger, at(10)), t2: 0, t3: 1000 }, at(15))).toBeUndefined()
    expect(clockOf(pinger, at(20))).toBeUndefined()
  })

  it('is not led astray by a wall clock that was set in between', () => {
    const pinger = createPinger()
    const t1 = ping(pinger, { now: 1000, mono: 0 })
    expect(pong(pinger, { type: 'pong', t1, t2: 1005, t3: 1005 }, { now: 9_000_000, mono: 10 })?.offsetMs).toBe(0)
  })
})

describe('a budget', () => {
  it('forgives so many at a time, and forgets one at a time', () => {
    const budget = createBudget(2, 1000)
    expect([spend(budget, 0), spend(budget, 0), spend(budget, 0)]).toEqual([true, true, false])
    expect([spend(budget, 1000), spend(budget, 2000)]).toEqual([false, false])
    expect([spend(budget, 4000), spend(budget, 4000)]).toEqual([true, false])
    expect(spend(budget, 1e9)).toBe(true)
  })

  it('saves nothing up', () => {
    const budget = createBudget(1, 1000)
    expect([spend(budget, 1e6), spend(budget, 1e6 + 999), spend(budget, 1e6 + 5000)]).toEqual([true, false, true])
  })
})

describe('what is in flight', () => {
  it('is counted until it has landed whole, or is called back', () => {
    const flight = createFlight()
    launch(flight, 5, 5, 100)
    launch(flight, 9, 3, 50)
    launch(flight, 12, 1, 10)
    land(flight, 8)
    expect([flight.count, flight.bytes]).toEqual([4, 60])
    callBack(flight, 9)
    expect([flight.count, flight.bytes]).toEqual([3, 50])
    land(flight, 100)
    expect([flight.count, flight.bytes]).toEqual([0, 0])
  })
})

describe('the length of a text in UTF-8', () => {
  it('is what an encoder makes of it', () => {
    const text = fc.string({
      unit: fc.oneof(fc.constantFrom('\ud800', '\udc00', '€', 'é', '😀'), fc.string({ unit: 'binary' })),
    })
    fc.assert(
      fc.property(text, (text) => {
        expect(utf8Length(text)).toBe(Buffer.byteLength(text))
      }),
    )
  })
})
