import { defineSink } from '@netstats/sdk'
import { ethstatsConfig } from './config.ts'
import { reported } from './plan.ts'

/** Any ethstats server, spoken to exactly as geth does. */
export const ethstats = defineSink({
  type: 'ethstats',
  summary: 'Reports a node to any ethstats server, exactly as geth does',
  config: ethstatsConfig,
  kinds: reported,
  open: async (config, context) => (await import('./sink.ts')).openEthstatsSink(config, context),
})
