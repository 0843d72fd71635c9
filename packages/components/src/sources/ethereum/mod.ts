import { defineSource } from '@netstats/sdk'
import { ethereumConfig } from './config.ts'

/** An Ethereum node by its JSON-RPC over HTTP, WebSocket or IPC. */
export const ethereum = defineSource({
  type: 'ethereum',
  summary: 'Watches an Ethereum node by its JSON-RPC over HTTP, WebSocket or IPC',
  watchesNode: true,
  config: ethereumConfig,
  open: async (config, context) => (await import('./source.ts')).openEthereumSource(config, context),
})
