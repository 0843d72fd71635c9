import { openAgent } from '@netstats/agent'
import { loadConfig, peekConfig } from '@netstats/runtime/config'
import { reportService } from '@netstats/runtime/service'
import { agentFlagValues, agentVariables } from '../agent-flags.ts'
import { configSchemas, registryOf } from '../config-kinds.ts'
import { ensureDataFolder, folderModes } from '../data-folder.ts'
import { createLog } from '../log.ts'
import { warnOfExposed } from '../exposed.ts'
import type { AgentFlags, Io } from '../io.ts'
import { version } from '../version.ts'

export const agent = async (flags: AgentFlags, io: Io): Promise<void> => {
  const registry = await registryOf({ file: flags.config, env: io.env })
  const { log: logOptions, ...config } = loadConfig({
    schema: await configSchemas.agent(registry),
    ...(flags.config === undefined ? {} : { file: flags.config }),
    env: io.env,
    otherVariables: [...agentVariables, 'NETSTATS_HANDED_OVER'],
    flags: agentFlagValues(flags, io.env, sourcesIn(flags.config)),
  })
  const log = createLog(logOptions)
  const data = ensureDataFolder(config.data, folderModes.agent)
  warnOfExposed({ config, data, file: flags.config, log })
  await using running = await openAgent({ ...config, data }, { log, registry, version })
  log.info({ version, sources: config.sources.length, sinks: config.sinks.length, data }, 'agent is running')
  await using _service = await reportService({
    env: io.env,
    log,
    doing: `agent with sources: ${config.sources.length}, sinks: ${config.sinks.length}`,
    parts: () => running.status().parts,
    watched: () => running.watched(),
  })
  await io.shutdown.asked
  log.info({}, 'agent is ending')
}

/** How many sources a file has: those of flags come behind them. What is wrong with it is said when it is loaded. */
const sourcesIn = (file: string | undefined): number => {
  const value = file === undefined ? undefined : (peekConfig(file).value as { readonly sources?: unknown } | undefined)
  return Array.isArray(value?.sources) ? value.sources.length : 0
}
