/** Alarms and routes for tests. */
import type { AlarmRecord } from '@netstats/protocol/feed'
import type { Notification } from '../planner-model.ts'
import type { Route } from '../route.ts'

export const second = 1000
export const minute = 60 * second

export const alarmOf = (id: string, more: Partial<AlarmRecord> = {}): AlarmRecord => ({
  id,
  step: 1,
  rule: 'node-inactive',
  origin: 'server',
  state: 'raised',
  severity: 'minor',
  network: '1337',
  node: id,
  labels: {},
  message: `${id} is silent`,
  advice: null,
  runbook: null,
  startsAt: 1,
  updatedAt: 1,
  endsAt: null,
  acknowledgement:
    more.state === 'acknowledged' ? { by: 'ada', at: 1, until: null, comment: null } : (more.acknowledgement ?? null),
  suppressed: null,
  parent: null,
  symptoms: 0,
  ...more,
})

export const routeOf = (more: Partial<Route>): Route => ({
  match: {},
  continue: false,
  routes: [],
  groupBy: ['network', 'rule'],
  groupWait: 10 * second,
  groupInterval: 5 * minute,
  repeatEvery: 240 * minute,
  ...more,
})

/** Each as `receiver reason alarms`. */
export const told = (notifications: readonly Notification[]): readonly string[] =>
  notifications.map(({ receiver, reason, alarms }) => `${receiver} ${reason} ${alarms.map(({ id }) => id).join(' ')}`)
