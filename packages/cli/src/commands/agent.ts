import { openAgent } from '@netstats/agent'
import { loadConfig } from '@netstats/sdk/config'
import { agentFlagValues, agentVariables } from '../agent-flags.ts'
import { configSchemas } from '../config-kinds.ts'
import { ensureDataFolder } from '../data-folder.ts'
import { createLog } from '../log.ts'
import type { AgentFlags, Io } from '../program.ts'
import { version } from '../version.ts'

export const agent = async (flags: AgentFlags, io: Io): Promise<void> => {
  const { log: logOptions, ...config } = loadConfig({
    schema: await configSchemas.agent(),
    ...(flags.config === undefined ? {} : { file: flags.config }),
    env: io.env,
    otherVariables: [...agentVariables, 'NETSTATS_HANDED_OVER'],
    flags: agentFlagValues(flags, io.env),
  })
  const log = createLog(logOptions)
  const data = ensureDataFolder(config.data)
  await using _agent = await openAgent({ ...config, data }, { log })
  log.info({ version, nodes: config.nodes.length, sinks: config.sinks.length, data }, 'agent is running')
  await io.shutdown.asked
  log.info({}, 'agent is ending')
}
