import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createRegulator, defaultRegulatorLimits } from './regulator.ts'

describe('the pace of agents', () => {
  it('slows down at once and speeds up a step at a time after some calm', () => {
    const regulator = createRegulator()
    expect(regulator.look(0.75, 10, 0)).toBe(true)
    expect(regulator.level).toBe(3)
    expect(regulator.pace).toEqual({ reportMs: 120_000, lingerMs: 8000, window: 100 })
    const levels: number[] = []
    for (let now = 1000; now <= 45_000; now += 1000) {
      regulator.look(0, 10, now)
      if (levels.at(-1) !== regulator.level) levels.push(regulator.level)
    }
    expect(levels).toEqual([3, 2, 1, 0])
    expect(regulator.pace.reportMs).toBe(15_000)
  })

  it('does not speed up while the load hangs about where the level begins', () => {
    const regulator = createRegulator()
    regulator.look(0.52, 10, 0)
    for (let now = 1000; now <= 60_000; now += 1000) expect(regulator.look(0.45, 10, now)).toBe(false)
    expect(regulator.level).toBe(2)
  })

  it('shares what may be in flight among the agents', () => {
    const regulator = createRegulator()
    regulator.look(0, 30_000, 0)
    expect(regulator.pace.window).toBe(66)
    regulator.look(0.95, 30_000, 1)
    expect(regulator.pace.window).toBe(20)
  })

  it('does not tell everybody of every agent that comes', () => {
    const regulator = createRegulator()
    let told = 0
    for (let agents = 1; agents <= 30_000; agents += 10) if (regulator.look(0, agents, 0)) told++
    expect(told).toBeLessThan(20)
  })

  it('is at full speed again after whatever happened and enough calm', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 50 }), (loads) => {
        const regulator = createRegulator()
        let now = 0
        for (const load of loads) regulator.look(load, 5, (now += 500))
        for (let i = 0; i < 70; i++) regulator.look(0, 5, (now += 1000))
        expect(regulator.pace).toEqual({
          reportMs: defaultRegulatorLimits.reportMs,
          lingerMs: defaultRegulatorLimits.lingerMs,
          window: defaultRegulatorLimits.window,
        })
      }),
    )
  })
})
