import { nodeId, unixMs } from '@netstats/protocol'
import type { Alarm, SpooledObservation } from '@netstats/sdk'
import { createMapping } from '@netstats/sdk'
import { describe, expect, it } from 'vitest'
import { sinkBatch } from '../../test-support/sink-batch.ts'
import { digestOf } from '../email/digest.ts'
import type { Form, FormOptions } from './form.ts'
import { formNames, forms, isForPeople } from './forms/mod.ts'
import { messageOf } from './message.ts'

const at = 1_767_225_600_000
const url = 'https://stats.example.org/n/1337/nodes/a%2Fb?at=2026-01-01T00:00:00Z&x="'

const notified = (more: Partial<Alarm> = {}): SpooledObservation => ({
  sequence: 1,
  network: '1337',
  observation: {
    kind: 'alarm',
    node: nodeId('a/b'),
    observedAt: unixMs(at + 5000),
    body: {
      alarm: 'x1',
      step: 'raised',
      type: 'node-inactive',
      severity: 2,
      message: 'a/b is silent',
      number: 1,
      startsAt: at,
      labels: { disk: '/data' },
      advice: 'Look at it.',
      url,
      receiver: 'team',
      others: [
        {
          alarm: 'x2',
          step: 'raised',
          type: 'node-inactive',
          severity: 3,
          message: 'c is silent',
          network: '1337',
          node: 'c',
        },
      ],
      total: 5,
      ...more,
    },
  },
})

const options: FormOptions = { url: 'https://hooks.example.org/topic', key: 'k', chat: 'c', template: undefined }

const posted = (name: (typeof formNames)[number], item: SpooledObservation) => {
  const form: Form = forms[name]
  const batch = sinkBatch([])
  const request = form.request([messageOf(batch, item, createMapping(), {})], options)
  if (request === undefined) throw new Error('nothing is posted')
  return request
}

describe('a notification of several alarms', () => {
  it.each(formNames.filter(isForPeople))('names the others, what to do and where to look in the form %s', (name) => {
    const text = JSON.stringify(posted(name, notified()).body)
    for (const said of ['major: node-inactive and 4 more', 'c is silent', 'and 3 more', 'Look at it'])
      expect(text.replaceAll('\\\\', '')).toContain(said)
    expect(text).toContain('https://stats.example.org/n/1337/nodes/a%2Fb?at=')
  })

  it('is one mail with all of them', () => {
    const { subject, text, html } = digestOf([notified()], createMapping(), '{{summary}}')
    expect(subject).toBe('major: node-inactive and 4 more · 1337 / a/b: a/b is silent')
    for (const said of ['• c is silent (1337 / c)', '• and 3 more', 'Look at it.', url]) expect(text).toContain(said)
    expect(html).toContain('?at=2026-01-01T00:00:00Z&amp;x=&quot;')
  })

  it('says of what is told again, and why', () => {
    const titles = (
      [
        { reason: 'repeat' },
        { reason: 'escalated' },
        { step: 'updated', severity: 1 },
        { step: 'acknowledged', by: 'ada' },
        { step: 'cleared' },
      ] as const
    ).map((more) => messageOf(sinkBatch([]), notified({ total: 1, ...more }), createMapping(), {}).title)
    expect(titles).toEqual([
      'still major: node-inactive',
      'not acknowledged, major: node-inactive',
      'now critical: node-inactive',
      'node-inactive acknowledged by ada',
      'node-inactive cleared',
    ])
  })
})

describe('an alarm of the server', () => {
  it('is one incident by its id, from its raise to its end', () => {
    const keys = (['raised', 'updated', 'acknowledged', 'cleared'] as const).map((step) => [
      (posted('pagerduty', notified({ step })).body as Record<string, unknown>)['event_action'],
      (posted('pagerduty', notified({ step })).body as Record<string, unknown>)['dedup_key'],
      posted('opsgenie', notified({ step })).url,
    ])
    const alerts = 'https://hooks.example.org/topic/v2/alerts'
    expect(keys).toEqual([
      ['trigger', 'x1', alerts],
      ['trigger', 'x1', alerts],
      ['acknowledge', 'x1', `${alerts}/x1/acknowledge?identifierType=alias`],
      ['resolve', 'x1', `${alerts}/x1/close?identifierType=alias`],
    ])
  })

  it('ends at Alertmanager whatever its severity was', () => {
    const alerts = (more: Partial<Alarm>) =>
      (posted('alertmanager', notified(more)).body as { labels: { severity: string }; startsAt?: string }[]).map(
        ({ labels, startsAt }) => `${labels.severity} ${startsAt === undefined ? 'ends' : 'begins'}`,
      )
    expect(alerts({})).toEqual(['major begins'])
    const changed = ['critical begins', 'major ends', 'minor ends', 'warning ends']
    expect(alerts({ step: 'updated', number: 2, severity: 1 })).toEqual(changed)
    expect(alerts({ step: 'cleared', number: 3, severity: 1 })).toEqual(['critical ends', ...changed.slice(1)])
  })

  it('is flat JSON for scripts', () => {
    expect(posted('alarm', notified({ step: 'cleared', number: 3, endsAt: at + 9000 })).body).toEqual({
      id: 'x1',
      step: 3,
      rule: 'node-inactive',
      state: 'cleared',
      reason: 'cleared',
      severity: 'major',
      network: '1337',
      node: 'a/b',
      message: 'a/b is silent',
      at: at + 5000,
      startsAt: at,
      endsAt: at + 9000,
      labels: { disk: '/data' },
      advice: 'Look at it.',
      runbook: null,
      acknowledgedBy: null,
      comment: null,
      parent: null,
      url,
    })
    expect(posted('alarm', notified({ about: 'network' })).body).toMatchObject({ node: null, endsAt: null })
  })
})
