import { resolve } from 'node:path'
import { openAgent } from '@netstats/agent'
import type { AgentHandle } from '@netstats/agent'
import type { Logger } from '@netstats/sdk'
import { loadConfig } from '@netstats/sdk/config'
import { configSchemas } from '../config-kinds.ts'

export interface NodeParts {
  readonly name: string
  readonly rpc: string
  /** Whether it also tells of the machine: once is enough for all nodes on it. */
  readonly host: boolean
  /** `ws://…` of the server. */
  readonly endpoint: string
  readonly secret: string
  readonly data: string
  readonly log: Logger
}

/** An agent for one node in this process, with a spool of its own. */
export const startNode = async ({ name, rpc, host, endpoint, secret, data, log }: NodeParts): Promise<AgentHandle> => {
  const { log: _, ...config } = loadConfig({
    schema: await configSchemas.agent(),
    flags: [
      { name: 'node', path: ['nodes'], value: [{ name, rpc }] },
      { name: 'server', path: ['sinks'], value: [{ type: 'netstats', endpoint, secret }] },
      { name: 'host', path: ['host', 'enabled'], value: host },
      { name: '--data', path: ['data'], value: resolve(data, 'agents', name.replaceAll(/[^\w.-]/g, '_')) },
      // It speaks to a server in the same process: what is not delivered at once waits on disk.
      { name: 'grace', path: ['shutdownGrace'], value: '0s' },
    ],
  })
  return openAgent(config, { log: log.child({ agent: name }) })
}
