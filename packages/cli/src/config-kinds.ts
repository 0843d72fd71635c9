import { createRegistry, loadRegistry } from '@netstats/runtime'
import type { Registry } from '@netstats/runtime'
import { logConfig } from '@netstats/runtime/config'

export type ConfigKind = 'agent' | 'server'

const log = logConfig()

/** What a configuration file of each kind may hold: the part's own options and those of the process around it. */
export const configSchemas = {
  agent: async (registry?: Registry) =>
    (await import('@netstats/agent')).agentConfigOf(registry ?? (await builtInRegistry())).safeExtend({ log }),
  server: async (registry?: Registry) =>
    (await import('@netstats/server/configuration'))
      .serverConfigOf(registry ?? (await builtInRegistry()))
      .safeExtend({ log }),
} as const

export const isConfigKind = (word: string): word is ConfigKind => Object.hasOwn(configSchemas, word)

// Loaded when it is asked for: most commands work with what a server keeps, and need no component.
const builtInPlugin = async () => (await import('@netstats/components')).builtIn

const builtInRegistry = async (): Promise<Registry> => createRegistry([await builtInPlugin()])

/** The built-in components and those of the plugins that a configuration or the command line names. */
export const registryOf = async (given: {
  readonly file?: string | undefined
  readonly env?: Readonly<Record<string, string | undefined>>
  readonly names?: readonly string[]
}): Promise<Registry> => loadRegistry({ builtIn: [await builtInPlugin()], ...given })
