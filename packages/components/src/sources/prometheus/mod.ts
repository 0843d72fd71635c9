import { defineSource } from '@netstats/sdk'
import { prometheusConfig } from './config.ts'

/** The metrics page of a node, or of any exporter. */
export const prometheusSource = defineSource({
  type: 'prometheus',
  summary: 'Reads the metrics page of a node or of any exporter, in the text format or OpenMetrics',
  config: prometheusConfig,
  open: async (config, context) => (await import('./source.ts')).openPrometheusSource(config, context),
})
