import { defineSource } from '@netstats/sdk'
import { logFileConfig } from './config.ts'

/** Files that programs write their logs to. */
export const logFile = defineSource({
  type: 'log-file',
  summary: 'Follows log files through rotation and restarts, and reads the forms of Ethereum clients and of journald',
  config: logFileConfig,
  open: async (config, context) => (await import('./source.ts')).openLogFileSource(config, context),
})
