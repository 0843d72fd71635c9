import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { shareOf, spans, stretchOf, ticksOf, timeAt } from './rail.ts'

const hour = 3_600_000
const noon = new Date(2026, 10, 23, 12).getTime()

describe('the rail', () => {
  it('ends now while the moment is near, and has the moment in its middle where it is far', () => {
    expect(stretchOf(undefined, noon, hour)).toEqual({ from: noon - hour, to: noon })
    expect(stretchOf(noon - hour, noon, hour)).toEqual({ from: noon - hour, to: noon })
    expect(stretchOf(noon - 9 * hour, noon, 2 * hour)).toEqual({ from: noon - 10 * hour, to: noon - 8 * hour })
  })

  it('gives back the time that stands at a place', () => {
    const stretch = stretchOf(undefined, noon, hour)
    fc.assert(
      fc.property(fc.integer({ min: stretch.from, max: stretch.to }), (at) => {
        expect(timeAt(stretch, shareOf(stretch, at))).toBe(at)
      }),
    )
    expect([timeAt(stretch, -1), timeAt(stretch, 2)]).toEqual([stretch.from, stretch.to])
  })

  it('has few marks, at round times of the reader, whatever its length', () => {
    for (const [span] of spans) {
      for (const most of [1, 4, 12]) {
        const ticks = ticksOf({ from: noon - span, to: noon }, most)
        expect(ticks.length).toBeLessThanOrEqual(most + 1)
        for (const { at } of ticks) expect(new Date(at).getSeconds()).toBe(0)
      }
    }
    expect(ticksOf({ from: noon - 6 * hour, to: noon }, 3).map((tick) => tick.text)).toEqual([
      '06:00',
      '08:00',
      '10:00',
    ])
  })

  it('names the day at midnight', () => {
    const midnight = new Date(2026, 10, 23).getTime()
    expect(ticksOf({ from: midnight - hour, to: midnight + hour }, 4).map((tick) => tick.text)).toEqual([
      '23:00',
      '23:30',
      '11-23',
      '00:30',
    ])
  })
})
