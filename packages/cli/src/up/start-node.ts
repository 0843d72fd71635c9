import { resolve } from 'node:path'
import { openAgent } from '@netstats/agent'
import type { AgentHandle } from '@netstats/agent'
import type { Logger } from '@netstats/sdk'
import { loadConfig } from '@netstats/runtime/config'
import { configSchemas } from '../config-kinds.ts'
import { version } from '../version.ts'

export interface NodeParts {
  readonly name: string
  readonly rpc: string
  /** Whether it also reports the machine: once is enough for all nodes on it. */
  readonly host: boolean
  /** `ws://…` of the server. */
  readonly endpoint: string
  readonly secret: string
  readonly data: string
  readonly log: Logger
}

/** An agent for one node in this process, with a spool of its own. */
export const startNode = async ({ name, rpc, host, endpoint, secret, data, log }: NodeParts): Promise<AgentHandle> => {
  const machine = host ? [{ type: 'host' }] : []
  const { log: _, ...config } = loadConfig({
    schema: await configSchemas.agent(),
    flags: [
      { name: 'node', path: ['sources'], value: [{ type: 'ethereum', node: name, endpoint: rpc }, ...machine] },
      { name: 'server', path: ['sinks'], value: [{ type: 'netstats', endpoint, secret }] },
      { name: '--data', path: ['data'], value: resolve(data, 'agents', name.replaceAll(/[^\w.-]/g, '_')) },
      // It speaks to a server in the same process: what is not delivered at once waits on disk.
      { name: 'grace', path: ['shutdownGrace'], value: '0s' },
    ],
  })
  return openAgent(config, { log: log.child({ agent: name }), version })
}
