import { describe, expect, it } from 'vitest'
import { createUsualBlockTime } from './usual-block-time.ts'

const hour = 3_600_000

describe('the usual block time', () => {
  it('is the median of an hourly sample, known after three, of the last day', () => {
    const usual = createUsualBlockTime()
    const at = (hours: number, blockTimeMs: number | null) => usual.of('a', blockTimeMs, hours * hour)
    expect([at(0, 5000), at(0.5, 9000), at(1, 5000), at(1.5, null)]).toEqual([null, null, null, null])
    expect(at(2, 8000)).toBe(5000)
    expect(usual.of('b', 1000, 2 * hour)).toBeNull()
    for (let hours = 3; hours < 30; hours++) at(hours, 2000)
    expect(at(30, 2000)).toBe(2000)
    usual.forget('a')
    expect(at(31, 2000)).toBeNull()
  })
})
