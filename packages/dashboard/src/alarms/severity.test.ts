import type { AlarmCounts, Verdict } from '@netstats/protocol/feed'
import { describe, expect, it } from 'vitest'
import { atLeast, countWords, needing, subjectOf, toneOf, verdictOf, worstOf } from './severity.ts'

const counts = (some: Partial<AlarmCounts> = {}): AlarmCounts => ({
  critical: 0,
  major: 0,
  minor: 0,
  warning: 0,
  acknowledged: 0,
  suppressed: 0,
  ...some,
})
const ok: Verdict = { level: 'ok', text: 'chain well, server well' }
const stalled: Verdict = { level: 'critical', text: 'chain stands still, server well' }
const late: Verdict = { level: 'minor', text: 'one validator missing' }

describe('counts', () => {
  it('are told worst first, without those that somebody has or that nobody is notified of', () => {
    const some = counts({ minor: 2, critical: 1, acknowledged: 5, suppressed: 1000 })
    expect([countWords(some), needing(some), worstOf(some)]).toEqual(['1 critical, 2 minor', 3, 'critical'])
    expect([countWords(counts()), needing(counts({ acknowledged: 3 })), worstOf(counts())]).toEqual(['', 0, undefined])
  })

  it('compare by severity', () => {
    expect([atLeast('critical', 'major'), atLeast('major', 'major'), atLeast('minor', 'major')]).toEqual([
      true,
      true,
      false,
    ])
    expect((['critical', 'major', 'minor', 'warning', 'ok', 'unknown'] as const).map(toneOf)).toEqual([
      'bad',
      'bad',
      'warn',
      'warn',
      'ok',
      'unknown',
    ])
  })
})

describe('the verdict in the head', () => {
  it('is that of the network of the page', () => {
    expect(verdictOf({ a: ok, b: stalled }, 'a')).toBe(ok)
    expect(verdictOf({ a: ok }, 'constructor')).toBeUndefined()
    expect(verdictOf({}, 'a')).toBeUndefined()
  })

  it('is of all networks where a page has none: the worst, and how the others are', () => {
    expect(verdictOf({}, undefined)).toBeUndefined()
    expect(verdictOf({ a: stalled }, undefined)).toBe(stalled)
    expect(verdictOf({ a: ok, b: ok }, undefined)).toEqual({ level: 'ok', text: 'all 2 networks well' })
    expect(verdictOf({ a: ok, b: stalled }, undefined)).toEqual({
      level: 'critical',
      text: 'network b: chain stands still, server well; the other network well',
    })
    expect(verdictOf({ a: ok, b: late, c: stalled, d: late }, undefined)?.text).toBe(
      'network c: chain stands still, server well; the other 2 networks not well either',
    )
  })
})

it('names what an alarm is about', () => {
  expect(subjectOf({ network: null, node: null })).toBe('the server')
  expect(subjectOf({ network: '1337', node: null })).toBe('network 1337')
  expect(subjectOf({ network: '1337', node: 'alpha' })).toBe('alpha')
})
