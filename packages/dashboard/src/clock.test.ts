// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { holdClock, learnServerTime, ownSeconds, seconds, serverNow, startClock, tenths } from './clock.ts'

const start = Date.UTC(2026, 10, 23, 12)
let live = true
let hidden = false
let calm = false

vi.useFakeTimers({ now: start })
vi.spyOn(document, 'hidden', 'get').mockImplementation(() => hidden)
vi.spyOn(window, 'matchMedia').mockImplementation(
  () =>
    ({
      get matches() {
        return calm
      },
    }) as MediaQueryList,
)
startClock(() => live)

beforeEach(() => {
  live = true
  hidden = calm = false
  learnServerTime(Date.now(), true)
  holdClock(undefined)
})
afterEach(() => void vi.advanceTimersByTime(1000 - (Date.now() % 1000)))

describe("the server's time", () => {
  it('is what a new connection says, ahead of this machine or behind it', () => {
    learnServerTime(Date.now() + 90_000, true)
    expect(serverNow()).toBe(Date.now() + 90_000)
    learnServerTime(Date.now() - 5000, true)
    expect(serverNow()).toBe(Date.now() - 5000)
  })

  it('is the least late of its messages: one that came late does not turn it back', () => {
    learnServerTime(Date.now() + 100, true)
    learnServerTime(Date.now() + 60, false)
    expect(serverNow() - Date.now()).toBe(100)
    learnServerTime(Date.now() + 130, false)
    expect(serverNow() - Date.now()).toBe(130)
  })

  it('follows a clock that drifts, a millisecond a message', () => {
    learnServerTime(Date.now() + 1000, true)
    for (let i = 0; i < 40; i++) learnServerTime(Date.now() + 500, false)
    expect(serverNow() - Date.now()).toBe(960)
  })
})

describe('the hands', () => {
  it('move once a second and ten times a second', () => {
    const seen = { seconds: new Set<number>(), tenths: new Set<number>() }
    const stops = [
      seconds.subscribe((at) => void seen.seconds.add(at)),
      tenths.subscribe((at) => void seen.tenths.add(at)),
    ]
    vi.advanceTimersByTime(3000)
    for (const stop of stops) stop()
    // What they showed before counts too.
    expect([seen.seconds.size, seen.tenths.size]).toEqual([4, 31])
  })

  it('stand still while the picture is old, but for the one that tells of the connection', () => {
    vi.advanceTimersByTime(1000)
    const [before, own] = [seconds.value, ownSeconds.value]
    live = false
    vi.advanceTimersByTime(5000)
    expect([seconds.value, tenths.value >= before]).toEqual([before, true])
    expect(ownSeconds.value - own).toBe(5000)
    live = true
    vi.advanceTimersByTime(1000)
    expect(seconds.value).toBeGreaterThanOrEqual(before + 5000)
  })

  it('stand at a moment in the past until they are started again', () => {
    holdClock(start - 60_000)
    vi.advanceTimersByTime(2000)
    expect([seconds.value, tenths.value]).toEqual([start - 60_000, start - 60_000])
    holdClock(undefined)
    expect(seconds.value).toBe(serverNow())
  })

  it('do nothing while nobody looks', () => {
    vi.advanceTimersByTime(1000)
    const before = [seconds.value, tenths.value, ownSeconds.value]
    hidden = true
    vi.advanceTimersByTime(10_000)
    expect([seconds.value, tenths.value, ownSeconds.value]).toEqual(before)
  })

  it('step by the second only, for readers who asked for less motion', () => {
    calm = true
    vi.advanceTimersByTime(1000)
    const seen = new Set<number>()
    const stop = tenths.subscribe((at) => void seen.add(at))
    vi.advanceTimersByTime(3000)
    stop()
    expect(seen.size).toBe(4)
  })
})
