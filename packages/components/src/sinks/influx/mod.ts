import { defineSink, sampleKinds } from '@netstats/sdk'
import { influxConfig } from './config.ts'

/** InfluxDB 1, 2 and 3, and what takes its line protocol. */
export const influx = defineSink({
  type: 'influx',
  summary: 'Writes numbers, logs and alarms to InfluxDB, or what takes its line protocol',
  nodes: 'all',
  kinds: [...sampleKinds, 'log', 'alarm'],
  usually: { kinds: [...sampleKinds, 'alarm'] },
  mapped: true,
  config: influxConfig,
  open: async (config, context) => (await import('./sink.ts')).openInfluxSink(config, context),
})
