import { defineSource } from '@netstats/sdk'
import { statsdConfig } from './config.ts'

/** Metrics, events and service checks of programs that speak StatsD. */
export const statsd = defineSource({
  type: 'statsd',
  summary: 'Takes in metrics, events and service checks by StatsD and DogStatsD',
  config: statsdConfig,
  open: async (config, context) => (await import('./source.ts')).openStatsdSource(config, context),
})
