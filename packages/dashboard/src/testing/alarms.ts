/** Alarms of the feed for tests; only what a test is about needs naming. */
import type { AlarmCounts, AlarmRecord, Silence, TopicData } from '@netstats/protocol/feed'

export const alarmRecord = (fields: Partial<AlarmRecord> = {}): AlarmRecord => ({
  id: 'a1',
  step: 1,
  rule: 'node-silent',
  origin: 'server',
  state: 'raised',
  severity: 'major',
  network: '1337',
  node: 'alpha',
  labels: {},
  message: 'alpha has been silent for 2 min',
  advice: 'Look whether the machine runs.',
  runbook: null,
  startsAt: 1_000_000,
  updatedAt: 1_000_000,
  endsAt: null,
  acknowledgement: null,
  suppressed: null,
  parent: null,
  symptoms: 0,
  ...fields,
})

interface Some extends Partial<Omit<TopicData['alarms'], 'counts'>> {
  readonly counts?: Partial<AlarmCounts>
}

export const openAlarms = ({ counts, ...some }: Some = {}): TopicData['alarms'] => ({
  alarms: [],
  total: 0,
  verdicts: {},
  ...some,
  counts: { critical: 0, major: 0, minor: 0, warning: 0, acknowledged: 0, suppressed: 0, ...counts },
})

export const silence = (fields: Partial<Silence> = {}): Silence => ({
  id: 's1',
  kind: 'silence',
  match: { network: '1337', node: 'alpha', rule: 'node-silent' },
  from: 1_000_000,
  until: 4_600_000,
  by: 'anna',
  comment: null,
  ...fields,
})
