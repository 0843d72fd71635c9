import { defineSink, sampleKinds } from '@netstats/sdk'
import { otlpConfig } from './config.ts'

/** A collector of OpenTelemetry, or what takes its protocol. */
export const otlp = defineSink({
  type: 'otlp',
  summary: 'Sends numbers as metrics, logs and alarms as log records, by OTLP over HTTP',
  nodes: 'all',
  kinds: [...sampleKinds, 'log', 'alarm'],
  mapped: true,
  config: otlpConfig,
  open: async (config, context) => (await import('./sink.ts')).openOtlpSink(config, context),
})
