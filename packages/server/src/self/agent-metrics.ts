import type { IngestSnapshot } from '../ingest/snapshot.ts'
import { each } from './metrics.ts'
import type { Metrics } from './metrics.ts'

/** Of the acknowledged protocol. */
export const registerAgentMetrics = (metrics: Metrics, read: () => IngestSnapshot['netstats']): void => {
  metrics.gauge('netstats_sessions', 'Connections of netstats agents by state.', ['state'], (add) =>
    each('state', Object.entries(read().states), add),
  )
  metrics.counter('netstats_logins', 'Logins of netstats agents accepted.', [], (add) => add({}, read().logins))
  metrics.counter('netstats_refused', 'Logins of netstats agents refused, by reason.', ['reason'], (add) =>
    each('reason', Object.entries(read().refused), add),
  )
  metrics.counter('netstats_ended', 'Sessions of netstats agents that ended, by reason.', ['reason'], (add) =>
    each('reason', Object.entries(read().ended), add),
  )
  metrics.counter('netstats_faults', 'What netstats agents sent malformed or out of turn, by code.', ['code'], (add) =>
    each('code', Object.entries(read().faults), add),
  )
  metrics.counter('netstats_nacks', 'Batches sent back, by reason.', ['reason'], (add) =>
    each('reason', Object.entries(read().nacks), add),
  )
  metrics.counter('netstats_received', 'What netstats agents sent.', ['what'], (add) => {
    const counts = read()
    for (const what of ['frames', 'bytes', 'batches', 'observations', 'nows'] as const) add({ what }, counts[what])
  })
  metrics.counter('netstats_acks', 'Acknowledgements by the desk; several may leave as one.', [], (add) =>
    add({}, read().acks),
  )
  metrics.gauge('netstats_flight_observations', 'Observations in flight, and how many may be.', ['what'], (add) => {
    const { window, inFlight } = read().credit
    add({ what: 'in-flight' }, inFlight)
    add({ what: 'window' }, window)
  })
}
