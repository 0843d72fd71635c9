import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { applyDelta } from '@netstats/protocol/feed'
import type { AlarmRecord, Verdict } from '@netstats/protocol/feed'
import { noCounts } from '../alarms/alarms-model.ts'
import type { OpenAlarms } from '../alarms/alarms-model.ts'
import { alarmsSource } from './alarms-source.ts'

const alarmOf = (id: string, step = 1): AlarmRecord => ({
  id,
  step,
  rule: 'node-inactive',
  origin: 'server',
  state: 'raised',
  severity: 'major',
  network: '1',
  node: 'a',
  labels: {},
  message: 'a is inactive',
  advice: null,
  runbook: null,
  startsAt: 1,
  updatedAt: step,
  endsAt: null,
  acknowledgement: null,
  suppressed: null,
  parent: null,
  symptoms: 0,
})

/** Open alarms that a test puts in place. */
const createOpen = () => {
  let version = 0
  let alarms: readonly AlarmRecord[] = []
  let verdicts: Readonly<Record<string, Verdict>> = {}
  const open: OpenAlarms = {
    version: () => version,
    open: (_, limit) => ({
      alarms: alarms.slice(0, limit),
      total: alarms.length,
      counts: { ...noCounts, major: alarms.length },
    }),
    verdicts: () => verdicts,
  }
  return {
    open,
    put: (nextAlarms: readonly AlarmRecord[], nextVerdicts = verdicts): void => {
      version++
      alarms = nextAlarms
      verdicts = nextVerdicts
    },
  }
}

describe('alarms that are followed', () => {
  it('are asked for again only when something changed, and nothing is said of what is the same', () => {
    const { open, put } = createOpen()
    put([alarmOf('x')])
    const source = alarmsSource(open, undefined, 10)
    const first = source.read()
    expect(source.changed()).toBe('no')
    put([alarmOf('x')])
    expect(source.changed()).toBe('soon')
    expect(source.diff(first, source.read())).toBeUndefined()
    put([alarmOf('x')], { 1: { level: 'ok', text: 'chain well' } })
    expect(source.diff(first, source.read())).toEqual({
      alarms: [],
      total: 1,
      counts: { ...noCounts, major: 1 },
      verdicts: { 1: { level: 'ok', text: 'chain well' } },
    })
  })

  it('are at a viewer as at the server, whatever came and went between', () => {
    const alarms = fc.uniqueArray(
      fc.record({ id: fc.constantFrom('a', 'b', 'c', 'd', '__proto__'), step: fc.integer({ min: 1, max: 3 }) }),
      { selector: ({ id }) => id },
    )
    const verdicts = fc.dictionary(
      fc.constantFrom('1', '2', '__proto__'),
      fc.constantFrom<Verdict>({ level: 'ok', text: 'chain well' }, { level: 'major', text: 'chain ill' }),
    )
    fc.assert(
      fc.property(fc.array(fc.tuple(alarms, verdicts), { minLength: 1, maxLength: 6 }), (states) => {
        const { open, put } = createOpen()
        const source = alarmsSource(open, undefined, 3)
        let server = source.read()
        let viewer = server
        for (const [list, of] of states) {
          put(
            list.map(({ id, step }) => alarmOf(id, step)),
            of,
          )
          const next = source.read()
          const delta = source.diff(server, next)
          // As it comes off the wire.
          if (delta !== undefined)
            viewer = applyDelta('alarms', viewer, JSON.parse(JSON.stringify(delta)) as typeof delta)
          server = next
          expect(JSON.parse(JSON.stringify(viewer))).toEqual(JSON.parse(JSON.stringify(server)))
        }
      }),
    )
  })
})
