/** What the session registry counts and measures. */
import type { MetricsRegistry } from '../telemetry/registry.ts'
import type { RateController } from './rate-control.ts'
import type { SessionRegistry } from './session-registry.ts'

export interface MeasuredSessions {
  readonly sessions: SessionRegistry
  readonly rate: Pick<RateController, 'level' | 'current'>
  /** Bus messages of newer workers that this process does not know. */
  readonly unknownMessages: () => number
}

export const registerSessionMetrics = (registry: MetricsRegistry, measured: MeasuredSessions): void => {
  const { sessions, rate, unknownMessages } = measured
  const { counts } = sessions
  registry.gauge(
    'sessions',
    'Nodes with a session, and logins that wait for an older session to show that it is alive.',
    ['state'],
    () => ({ registered: sessions.registered, waiting: sessions.waitingTakeovers }),
  )
  registry.counter('sessions_logins_total', 'Logins accepted.', [], () => counts.logins)
  registry.counter(
    'sessions_takeovers_total',
    'Logins that replaced a dead connection of their id.',
    [],
    () => counts.takeovers,
  )
  registry.counter(
    'delivery_clones_total',
    'Logins with a copy of the spool of an agent that is connected.',
    [],
    () => counts.clones,
  )
  registry.counter(
    'sessions_unregistered_total',
    'Messages of sessions that had just ended.',
    [],
    () => counts.unregistered,
  )
  registry.counter(
    'backfill_timeouts_total',
    'Requests for missing blocks that were not answered in time.',
    [],
    () => counts.backfillTimeouts,
  )
  registry.gauge(
    'backfill_outstanding',
    'Requests for missing blocks without an answer yet.',
    [],
    () => sessions.backfillOutstanding,
  )
  registry.counter(
    'bus_unknown_total',
    'Messages of workers of a newer version that this one does not know.',
    [],
    unknownMessages,
  )
  registry.gauge('report_level', 'How much agents are slowed down: 0 is full speed.', [], () => rate.level)
  registry.gauge('report_interval_seconds', 'How often agents report.', [], () => rate.current.reportMs / 1000)
}
