import type { AgentCounts } from '../ingest/netstats/counts.ts'
import { each } from './metrics.ts'
import type { Metrics } from './metrics.ts'

export interface AgentSource {
  readonly counts: AgentCounts
  readonly states: Readonly<Record<'greeting' | 'asking' | 'open', number>>
  readonly credit: { readonly window: number; readonly inFlight: number }
}

/** Of the acknowledged protocol. */
export const registerAgentMetrics = (metrics: Metrics, source: AgentSource): void => {
  const { counts, states } = source
  metrics.gauge('netstats_sessions', 'Connections of netstats agents by state.', ['state'], (add) =>
    each('state', Object.entries(states), add),
  )
  metrics.counter('netstats_logins', 'Logins of netstats agents accepted.', [], (add) => add({}, counts.logins))
  metrics.counter('netstats_refused', 'Logins of netstats agents refused, by reason.', ['reason'], (add) =>
    each('reason', Object.entries(counts.refused), add),
  )
  metrics.counter('netstats_ended', 'Sessions of netstats agents that ended, by reason.', ['reason'], (add) =>
    each('reason', Object.entries(counts.ended), add),
  )
  metrics.counter('netstats_faults', 'What netstats agents sent malformed or out of turn, by code.', ['code'], (add) =>
    each('code', counts.faults, add),
  )
  metrics.counter('netstats_nacks', 'Batches sent back, by reason.', ['reason'], (add) =>
    each('reason', Object.entries(counts.nacks), add),
  )
  metrics.counter('netstats_received', 'What netstats agents sent.', ['what'], (add) => {
    add({ what: 'frames' }, counts.frames)
    add({ what: 'bytes' }, counts.bytes)
    add({ what: 'batches' }, counts.batches)
    add({ what: 'observations' }, counts.observations)
    add({ what: 'nows' }, counts.nows)
  })
  metrics.counter('netstats_acks', 'Acknowledgements by the desk; several may leave as one.', [], (add) =>
    add({}, counts.acks),
  )
  metrics.gauge('netstats_flight_observations', 'Observations in flight, and how many may be.', ['what'], (add) => {
    const { window, inFlight } = source.credit
    add({ what: 'in-flight' }, inFlight)
    add({ what: 'window' }, window)
  })
}
