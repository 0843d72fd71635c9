import { unixMs } from '@netstats/protocol'
import type { PartState, PartStatus } from '@netstats/sdk'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createPartAlarms } from './part-alarms.ts'

const part = (state: PartState, id = 'sink/x', restarts = 0): PartStatus => ({
  id,
  state,
  reason: state === 'ok' ? '' : 'no answer',
  since: unixMs(0),
  restarts,
})
const looker = (raised: readonly string[] = []) => {
  const alarms = createPartAlarms('netstats-agent', raised)
  return (seconds: number, ...parts: readonly PartStatus[]): readonly string[] =>
    alarms.look(parts, seconds * 1000).map(({ step, severity, message }) => `${step} ${severity} ${message}`)
}

describe('alarms of parts', () => {
  it('are raised for what is not well for half a minute, and cleared when it is well for as long', () => {
    const look = looker()
    expect(look(0, part('degraded'))).toEqual([])
    expect(look(29, part('failed'))).toEqual([])
    expect(look(30, part('failed'))).toEqual(['raised 3 sink/x: no answer'])
    expect(look(35, part('failed'))).toEqual([])
    expect(look(40, part('ok'))).toEqual([])
    expect(look(50, part('degraded'))).toEqual([])
    expect(look(60, part('ok'))).toEqual([])
    expect(look(90, part('ok'))).toEqual(['cleared 5 sink/x is well again'])
  })

  it('are not raised for what is only being started, but for what is started again and again', () => {
    const look = looker()
    look(0, part('starting'), part('starting', 'sink/y', 2))
    expect(look(60, part('starting'), part('starting', 'sink/y', 3))).toEqual(['raised 4 sink/y: no answer'])
  })

  it('that an earlier run left open are cleared when their part is well, or is no longer there', () => {
    const look = looker(['sink/x', 'sink/gone'])
    expect(look(0, part('ok'))).toEqual([])
    expect(look(30, part('ok'))).toEqual(['cleared 5 sink/x is well again', 'cleared 5 sink/gone is no longer there'])
    expect(look(90, part('ok'))).toEqual([])
  })

  it('of one part are raised and cleared in turns, at most two in a minute', () => {
    const state = fc.constantFrom<PartState>('ok', 'degraded', 'failed', 'starting', 'stopped')
    const step = fc.record({ afterMs: fc.integer({ min: 0, max: 40_000 }), state })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), fc.boolean(), (steps, wasRaised) => {
        const alarms = createPartAlarms('netstats-agent', wasRaised ? ['sink/x'] : [])
        let now = 0
        const told = steps.flatMap(({ afterMs, state: to }) => {
          now += afterMs
          return alarms.look([part(to)], now).map(({ step: said }) => ({ said, now }))
        })
        let isRaised = wasRaised
        for (const [i, { said, now: at }] of told.entries()) {
          expect(said).toBe(isRaised ? 'cleared' : 'raised')
          isRaised = !isRaised
          expect(at - (told[i - 1]?.now ?? Number.NEGATIVE_INFINITY)).toBeGreaterThanOrEqual(30_000)
        }
      }),
    )
  })
})
