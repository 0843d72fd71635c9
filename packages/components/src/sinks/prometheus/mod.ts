import { defineSink, sampleKinds } from '@netstats/sdk'
import { prometheusConfig } from './config.ts'

/** Prometheus and what speaks its protocols: scraped, or written to. */
export const prometheus = defineSink({
  type: 'prometheus',
  summary: 'Shows numbers to Prometheus on a page of its own, or sends them by remote-write 1.0 or 2.0',
  nodes: 'all',
  kinds: sampleKinds,
  mapped: true,
  config: prometheusConfig,
  open: async (config, context) => (await import('./sink.ts')).openPrometheusSink(config, context),
})
