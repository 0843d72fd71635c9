import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { splitDelays } from './node-delays.tsx'

describe('delays of a node', () => {
  it('stand at the right, and heights before the first report are no misses', () => {
    expect(splitDelays([-1, 20, -1, 30], 6)).toEqual({
      known: [null, null, null, 20, null, 30],
      missed: [false, false, false, false, true, false],
      before: [false, false, true, false, false, false],
    })
  })

  it('count every height of a node that reported none as missed', () => {
    expect(splitDelays([-1, -1], 2).missed).toEqual([true, true])
  })

  it('tell each place at most one thing', () => {
    const delays = fc.array(fc.oneof(fc.constant(-1), fc.nat(5000)), { maxLength: 60 })
    fc.assert(
      fc.property(delays, (values) => {
        const { known, missed, before } = splitDelays(values, 40)
        for (let i = 0; i < 40; i++) {
          expect([known[i] !== null, missed[i], before[i]].filter(Boolean).length).toBeLessThanOrEqual(1)
        }
        expect(known.filter((v) => v !== null)).toEqual(values.slice(-40).filter((v) => v >= 0))
      }),
    )
  })
})
