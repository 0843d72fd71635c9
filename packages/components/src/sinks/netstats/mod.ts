import { defineSink } from '@netstats/sdk'
import { netstatsConfig } from './config.ts'

/** A Netstats server, by its own protocol: acknowledged, resumed, bound to an identity. */
export const netstats = defineSink({
  type: 'netstats',
  summary: 'Reports a node to a Netstats server, which acknowledges what it has stored',
  config: netstatsConfig,
  open: async (config, context) => (await import('./sink.ts')).openNetstatsSink(config, context),
})
