import type { z } from 'zod'

export type ConfigKind = 'agent' | 'server'

interface KindFacts {
  readonly schema: z.ZodType
  /** First lines of its sample. */
  readonly header: string
}

/** What a configuration file can configure. Loaded on demand: an agent does not carry the server in memory. */
export const configKinds: Readonly<Record<ConfigKind, () => Promise<KindFacts>>> = {
  agent: async () => ({
    schema: (await import('@netstats/agent')).agentConfig,
    header:
      'Configuration of a Netstats agent: netstats agent --config FILE\nLines that begin with # and no space show defaults; take the # away to change them.\nCheck it with: netstats check-config FILE',
  }),
  server: async () => ({
    schema: (await import('@netstats/server')).serverConfig,
    header:
      'Configuration of the Netstats server: netstats server --config FILE\nLines that begin with # and no space show defaults; take the # away to change them.\nCheck it with: netstats check-config FILE',
  }),
}

export const isConfigKind = (word: string): word is ConfigKind => Object.hasOwn(configKinds, word)
