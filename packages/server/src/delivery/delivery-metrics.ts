/** What is counted of acknowledged streams. */
import type { MetricsRegistry } from '../telemetry/registry.ts'
import type { DeliveryTracker } from './delivery-model.ts'

export const registerDeliveryMetrics = (
  registry: MetricsRegistry,
  deliveries: Pick<DeliveryTracker, 'counts' | 'load'>,
): void => {
  registry.gauge('delivery_streams', 'Streams of acknowledged observations, by state.', ['state'], () => {
    const { streams, open } = deliveries.counts
    return { open, idle: streams - open }
  })
  registry.counter('delivery_observations_total', 'Observations of agents, by what they were.', ['result'], () => {
    const { received, duplicates } = deliveries.counts
    return { received, duplicate: duplicates }
  })
  registry.counter(
    'delivery_missing_total',
    'Observations that agents say they had to give up.',
    [],
    () => deliveries.counts.missing,
  )
  registry.counter(
    'delivery_missing_ranges_total',
    'Observations at least that were acknowledged and are not here: an older copy of the history was put back.',
    [],
    () => deliveries.counts.missingRanges,
  )
  registry.counter(
    'delivery_elsewhere_total',
    'Observations that agents had truncated before this server first received their spools.',
    [],
    () => deliveries.counts.elsewhere,
  )
  registry.counter(
    'delivery_parted_total',
    'Streams that went on with another branch of their spool: it was copied, or put back.',
    [],
    () => deliveries.counts.parted,
  )
  registry.counter('delivery_refused_total', 'Batches and streams that were not taken, by reason.', ['reason'], () => {
    const { busy, refusedRanges, full } = deliveries.counts
    return { busy, 'missing-range': refusedRanges, full }
  })
  registry.counter(
    'delivery_restarts_total',
    'Times a stream had to begin again at what is durable.',
    [],
    () => deliveries.counts.lost,
  )
  registry.counter(
    'delivery_forgotten_total',
    'Streams forgotten because they brought nothing for long.',
    [],
    () => deliveries.counts.forgotten,
  )
  registry.gauge('delivery_load', 'How far behind the history is: 1 where nothing is taken any more.', [], () =>
    deliveries.load(),
  )
}
