/** What the bounds of REST have counted. */
import type { MetricsRegistry } from '../telemetry/registry.ts'
import type { ApiCounts } from './api.ts'

export const registerApiMetrics = (registry: MetricsRegistry, api: { counts(): ApiCounts }): void => {
  const counts = (): ApiCounts => api.counts()
  registry.gauge('api_history_running', 'Requests and exports of the history in progress.', ['sort'], () => ({
    queries: counts().queries.running,
    exports: counts().exports.running,
  }))
  registry.gauge(
    'api_history_waiting',
    'Requests of the history that wait for their turn.',
    [],
    () => counts().queries.waiting,
  )
  registry.counter('api_history_refused_total', 'Those refused because too many were in progress.', ['sort'], () => ({
    queries: counts().queries.refused,
    exports: counts().exports.refused,
  }))
  registry.counter(
    'api_exports_stalled_total',
    'Exports ended because the client took nothing for too long.',
    [],
    () => counts().stalled,
  )
}
