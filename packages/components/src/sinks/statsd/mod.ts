import { defineSink, sampleKinds } from '@netstats/sdk'
import { statsdConfig } from './config.ts'

/** StatsD over UDP or TCP, plain or with the tags, events and service checks of DogStatsD. */
export const statsd = defineSink({
  type: 'statsd',
  summary: 'Sends numbers to StatsD, and logs and alarms as counters, or as events where it has tags',
  nodes: 'all',
  kinds: [...sampleKinds, 'log', 'alarm'],
  usually: { kinds: sampleKinds },
  mapped: true,
  config: statsdConfig,
  open: async (config, context) => (await import('./sink.ts')).openStatsdSink(config, context),
})
