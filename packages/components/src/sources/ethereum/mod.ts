import { defineSource } from '@netstats/sdk'
import { ethereumConfig } from './config.ts'
import { openEthereumSource } from './source.ts'

/** An Ethereum node by its JSON-RPC over HTTP, WebSocket or IPC. */
export const ethereum = defineSource({
  type: 'ethereum',
  summary: 'Watches an Ethereum node by its JSON-RPC over HTTP, WebSocket or IPC',
  config: ethereumConfig,
  open: openEthereumSource,
})
