import { defineSource } from '@netstats/sdk'
import { hostConfig } from './config.ts'

/** The machine the agent runs on, and the node's process on it. */
export const host = defineSource({
  type: 'host',
  summary: 'Samples the machine: processor, memory, disk, network, and the process of the node',
  config: hostConfig,
  open: async (config, context) => (await import('./source.ts')).openHostSource(config, context),
})
