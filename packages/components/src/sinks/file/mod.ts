import { defineSink } from '@netstats/sdk'
import { fileConfig } from './config.ts'

/** Lines of JSON in a file, each observation once, on disk before it counts as delivered. */
export const file = defineSink({
  type: 'file',
  summary: 'Adds each observation to a file as a line of JSON; files are rotated and compressed',
  nodes: 'all',
  config: fileConfig,
  open: async (config, context) => (await import('./sink.ts')).openFileSink(config, context),
})
