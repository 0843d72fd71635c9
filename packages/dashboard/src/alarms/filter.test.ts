import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { alarmRecord } from '../testing/alarms.ts'
import { fits, historyPath, isIn, matchWords, readFilter, readView, symptomsPath } from './filter.ts'
import { fieldTime, momentOf, nextMorning } from './times.ts'

const query = (text: string): URLSearchParams => new URLSearchParams(text)

describe('what is shown', () => {
  it('is in the address; what is not known there is left out', () => {
    expect([readView(query('')), readView(query('view=history')), readView(query('view=x'))]).toEqual([
      'open',
      'history',
      'open',
    ])
    expect(readFilter(query('network=a&node=%20n%20&severity=critical&rule='), undefined)).toEqual({
      network: 'a',
      node: 'n',
      severity: 'critical',
    })
    expect(readFilter(query('network=a&severity=loud'), 'b')).toEqual({ network: 'b' })
  })

  it('is looked for by parts of names, and exactly by network and severity', () => {
    const alarm = alarmRecord({ node: 'Alpha-1', rule: 'node-silent', network: '1', severity: 'major' })
    const filters = [{}, { node: 'alp' }, { rule: 'SILENT' }, { network: '1', severity: 'major' }] as const
    expect(filters.map((filter) => fits(filter, alarm))).toEqual([true, true, true, true])
    const others = [{ node: 'beta' }, { network: '11' }, { severity: 'minor' }, { rule: 'x' }] as const
    expect(others.map((filter) => fits(filter, alarm))).toEqual([false, false, false, false])
    expect(fits({ node: 'a' }, alarmRecord({ node: null }))).toBe(false)
    expect((['raised', 'acknowledged'] as const).map((state) => isIn('open', { state }))).toEqual([true, false])
    expect((['raised', 'acknowledged'] as const).map((state) => isIn('acknowledged', { state }))).toEqual([false, true])
  })

  it('is asked for in portions where it is over, or behind another one', () => {
    expect(historyPath({ rule: 'x', severity: 'minor' })).toBe('/alarms?open=false&rule=x&severity=minor&limit=50')
    expect(symptomsPath('p 1')).toBe('/alarms?open=true&parent=p+1&limit=10')
  })

  it('is never longer than the server reads', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 500 }), (text) => {
        expect((readFilter(new URLSearchParams({ node: text }), undefined).node ?? '').length).toBeLessThanOrEqual(200)
      }),
    )
  })
})

it('says what a silence matches', () => {
  expect(matchWords({})).toBe('all alarms in all networks and the server')
  expect(matchWords({ network: '1', node: 'a', rule: 'r' })).toBe('the alarm r of node a in network 1')
  expect(matchWords({ network: '1', labels: { disk: '/' } })).toBe('all alarms in network 1, disk=/')
})

describe('until when', () => {
  const now = new Date(2026, 10, 23, 3, 20).getTime()

  it('is after some hours, at a time of choice, or when it is cleared', () => {
    expect(momentOf({ kind: 'span', ms: 3_600_000 }, now)).toBe(now + 3_600_000)
    expect(momentOf({ kind: 'end' }, now)).toBeNull()
    expect(momentOf({ kind: 'time', text: fieldTime(now + 60_000) }, now)).toBe(now + 60_000)
  })

  it('is not before now, and not what is no time', () => {
    expect(momentOf({ kind: 'time', text: fieldTime(now) }, now)).toBeUndefined()
    expect(momentOf({ kind: 'time', text: '' }, now)).toBeUndefined()
  })

  it('is offered as the next morning at eight', () => {
    expect(fieldTime(nextMorning(now))).toBe('2026-11-23T08:00')
    expect(fieldTime(nextMorning(new Date(2026, 10, 23, 8).getTime()))).toBe('2026-11-24T08:00')
  })
})
