/** What is told of acknowledged streams on `/metrics`. */
import type { Metrics } from '../self/metrics.ts'
import type { Deliveries } from './deliveries-model.ts'

export const registerDeliveryMetrics = (metrics: Metrics, deliveries: Pick<Deliveries, 'counts' | 'load'>): void => {
  metrics.gauge('delivery_streams', 'Streams of acknowledged observations, by state.', ['state'], (add) => {
    const { streams, open } = deliveries.counts
    add({ state: 'open' }, open)
    add({ state: 'idle' }, streams - open)
  })
  metrics.counter('delivery_observations', 'Observations of agents, by what they were.', ['result'], (add) => {
    const { received, duplicates } = deliveries.counts
    add({ result: 'received' }, received)
    add({ result: 'duplicate' }, duplicates)
  })
  metrics.counter('delivery_missing', 'Observations that agents say they had to give up.', [], (add) =>
    add({}, deliveries.counts.missing),
  )
  metrics.counter('delivery_holes', 'Sequences that agents had let go of before they came.', [], (add) =>
    add({}, deliveries.counts.holes),
  )
  metrics.counter('delivery_refused', 'What was not taken: batches, and streams, by reason.', ['reason'], (add) => {
    const { busy, refusedHoles, full } = deliveries.counts
    add({ reason: 'busy' }, busy)
    add({ reason: 'hole' }, refusedHoles)
    add({ reason: 'full' }, full)
  })
  metrics.counter('delivery_lost', 'Times a stream had to begin again at what is durable.', [], (add) =>
    add({}, deliveries.counts.lost),
  )
  metrics.counter('delivery_forgotten', 'Streams let go of because they brought nothing for long.', [], (add) =>
    add({}, deliveries.counts.forgotten),
  )
  metrics.gauge('delivery_load', 'How far behind the history is: 1 where nothing is taken any more.', [], (add) =>
    add({}, deliveries.load()),
  )
}
