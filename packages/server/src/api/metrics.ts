/** What the bounds of REST have counted, on `/metrics`. */
import type { Metrics } from '../self/metrics.ts'
import type { ApiCounts } from './api.ts'

export const registerApiMetrics = (metrics: Metrics, api: { counts(): ApiCounts }): void => {
  const sorts = ['queries', 'exports'] as const
  metrics.gauge('api_history_running', 'Questions and exports of the history that are worked on.', ['sort'], (add) => {
    for (const sort of sorts) add({ sort }, api.counts()[sort].running)
  })
  metrics.gauge('api_history_waiting', 'Questions of the history that wait for their turn.', [], (add) =>
    add({}, api.counts().queries.waiting),
  )
  metrics.counter('api_history_refused', 'Those refused because too many were under way.', ['sort'], (add) => {
    for (const sort of sorts) add({ sort }, api.counts()[sort].refused)
  })
  metrics.counter('api_exports_stalled', 'Exports ended because the client took nothing for too long.', [], (add) =>
    add({}, api.counts().stalled),
  )
}
