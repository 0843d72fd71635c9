import { logConfig } from '@netstats/sdk/config'

export type ConfigKind = 'agent' | 'server'

const log = logConfig()

/** What a configuration file of each kind may hold: the part's own options and those of the process around it. */
export const configSchemas = {
  agent: async () => (await import('@netstats/agent')).agentConfig.safeExtend({ log }),
  server: async () => (await import('@netstats/server')).serverConfig.safeExtend({ log }),
} as const

export const isConfigKind = (word: string): word is ConfigKind => Object.hasOwn(configSchemas, word)
