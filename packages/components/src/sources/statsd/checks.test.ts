import { decodeObservation, encodeBody, nodeId, unixMs } from '@netstats/protocol'
import { describe, expect, it } from 'vitest'
import { createChecks } from './checks.ts'
import type { ServiceCheck, StatsdEvent } from './dogstatsd.ts'
import { logOf } from './event-log.ts'

const node = nodeId('a')
const now = unixMs(1_700_000_000_000)
const check = (more: Partial<ServiceCheck>): ServiceCheck => ({
  type: 'check',
  name: 'db.up',
  state: 'ok',
  host: undefined,
  message: '',
  seconds: undefined,
  tags: '',
  ...more,
})
const event = (more: Partial<StatsdEvent>): StatsdEvent => ({
  type: 'event',
  title: 'deployed',
  text: '',
  severity: 6,
  host: undefined,
  source: undefined,
  key: undefined,
  seconds: undefined,
  tags: '',
  ...more,
})

describe('service checks', () => {
  it('raise an alarm when they turn bad, again when they turn worse, and clear it when they are well', () => {
    const checks = createChecks()
    const states = ['critical', 'critical', 'warning', 'ok', 'ok', 'unknown'] as const
    const steps = states.map((state) => checks.take(check({ state }), node, now)?.body)
    expect(steps.map((one) => one && [one.step, one.severity])).toEqual([
      ['raised', 2],
      undefined,
      ['raised', 4],
      ['cleared', 6],
      undefined,
      ['raised', 4],
    ])
    expect(steps[0]).toMatchObject({ alarm: 'statsd.db.up', type: 'service-check', message: 'db.up is critical' })
  })

  it('are told apart by host and tags; the first word of one counts also when it is well', () => {
    const checks = createChecks()
    const alarms = [{}, { host: 'box' }, { host: 'box', tags: 'b:2,a:1' }].map(
      (more) => checks.take(check(more), node, now)?.body,
    )
    expect(alarms.map((one) => one?.alarm)).toEqual([
      'statsd.db.up',
      'statsd.db.up{host=box}',
      'statsd.db.up{host=box,a=1,b=2}',
    ])
    expect(alarms.every((one) => one?.step === 'cleared')).toBe(true)
  })
})

describe('an event as a line of a log', () => {
  it('keeps its title, text, host and tags, and its time where that can be', () => {
    const { observedAt, body } = logOf(
      event({
        text: 'v2\nby me',
        severity: 3,
        source: 'ci',
        host: 'box',
        key: 'k',
        seconds: 1_699_999_000,
        tags: 'a:b',
      }),
      node,
      now,
    )
    expect(observedAt).toBe(1_699_999_000_000)
    expect(body).toEqual({
      severity: 3,
      source: 'ci',
      message: 'deployed\nv2\nby me',
      fields: { hostname: 'box', aggregationKey: 'k', a: 'b' },
    })
    expect(logOf(event({ seconds: 1 }), node, now).observedAt).toBe(now)
    expect(logOf(event({}), node, now).body).toEqual({ severity: 6, source: 'statsd', message: 'deployed' })
  })

  it('is cut to what an observation can hold', () => {
    const long = event({ title: 'x'.repeat(9000), source: 's'.repeat(200), host: 'h'.repeat(2000) })
    const one = logOf(long, node, now)
    expect(decodeObservation('log', node, now, encodeBody(one))).toEqual(one)
  })
})
