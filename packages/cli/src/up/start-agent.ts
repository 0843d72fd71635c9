import { resolve } from 'node:path'
import { openAgent } from '@netstats/agent'
import type { AgentHandle } from '@netstats/agent'
import type { Logger } from '@netstats/sdk'
import { loadConfig } from '@netstats/runtime/config'
import { configSchemas } from '../config-kinds.ts'
import { version } from '../version.ts'

export interface AgentParts {
  readonly name: string
  readonly nodes: readonly { readonly name: string; readonly rpc: string }[]
  /** `ws://…` of the server. */
  readonly endpoint: string
  readonly secret: string
  readonly data: string
  readonly log: Logger
}

/** An agent in this process, with a spool of its own; it also reports the machine, with the first node. */
export const startAgent = async ({ name, nodes, endpoint, secret, data, log }: AgentParts): Promise<AgentHandle> => {
  const sources = nodes.map((node) => ({ type: 'ethereum', node: node.name, endpoint: node.rpc }))
  const { log: _, ...config } = loadConfig({
    schema: await configSchemas.agent(),
    flags: [
      { name: 'node', path: ['sources'], value: [...sources, { type: 'host' }] },
      { name: 'server', path: ['sinks'], value: [{ type: 'netstats', endpoint, secret }] },
      { name: '--data', path: ['data'], value: resolve(data, 'agents', name.replaceAll(/[^\w.-]/g, '_')) },
      // It speaks to a server in the same process: what is not delivered at once waits on disk.
      { name: 'grace', path: ['shutdownGrace'], value: '0s' },
    ],
  })
  return openAgent(config, { log: log.child({ agent: name }), version })
}
