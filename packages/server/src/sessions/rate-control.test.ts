import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createRateController, defaultRateLimits } from './rate-control.ts'

describe('the report rate of agents', () => {
  it('slows down at once and speeds up a step at a time after some calm', () => {
    const controller = createRateController()
    expect(controller.update(0.75, 10, 0)).toBe(true)
    expect(controller.level).toBe(3)
    expect(controller.current).toEqual({ reportMs: 120_000, lingerMs: 8000, window: 100 })
    const levels: number[] = []
    for (let now = 1000; now <= 45_000; now += 1000) {
      controller.update(0, 10, now)
      if (levels.at(-1) !== controller.level) levels.push(controller.level)
    }
    expect(levels).toEqual([3, 2, 1, 0])
    expect(controller.current.reportMs).toBe(1000)
  })

  it('does not speed up while the load hangs about where the level begins', () => {
    const controller = createRateController()
    controller.update(0.52, 10, 0)
    for (let now = 1000; now <= 60_000; now += 1000) expect(controller.update(0.45, 10, now)).toBe(false)
    expect(controller.level).toBe(2)
  })

  it('shares what may be in flight among the agents', () => {
    const controller = createRateController()
    controller.update(0, 30_000, 0)
    expect(controller.current.window).toBe(66)
    controller.update(0.95, 30_000, 1)
    expect(controller.current.window).toBe(20)
  })

  it('lets agents report as often as they are set up to, unless there are very many', () => {
    const controller = createRateController()
    const reportMsOf = (agents: number): number => {
      controller.update(0, agents, 0)
      return controller.current.reportMs
    }
    expect([1, 100, 2000, 10_000, 30_000, 100_000].map(reportMsOf)).toEqual([1000, 1000, 1000, 5000, 15_000, 15_000])
  })

  it('does not tell everybody of every agent that comes', () => {
    const controller = createRateController()
    let told = 0
    for (let agents = 1; agents <= 30_000; agents += 10) if (controller.update(0, agents, 0)) told++
    expect(told).toBeLessThan(40)
  })

  it('is at full speed again after whatever happened and enough calm', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 50 }), (loads) => {
        const controller = createRateController()
        let now = 0
        for (const load of loads) controller.update(load, 5, (now += 500))
        for (let i = 0; i < 70; i++) controller.update(0, 5, (now += 1000))
        expect(controller.current).toEqual({
          reportMs: defaultRateLimits.leastReportMs,
          lingerMs: defaultRateLimits.lingerMs,
          window: defaultRateLimits.window,
        })
      }),
    )
  })
})
