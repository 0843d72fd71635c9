import { resolve } from 'node:path'
import { loadConfig } from '@netstats/runtime/config'
import type { ServerConfig } from '@netstats/server/configuration'
import { single } from './agent-flags.ts'
import { configSchemas, registryOf } from './config-kinds.ts'
import type { Io } from './io.ts'

export interface PlaceFlags {
  readonly config?: string
  readonly data?: string
}

/** As `netstats server` with the same flags would take it, so that both mean the same folder. */
export const serverConfigOf = async (flags: PlaceFlags, io: Pick<Io, 'env'>): Promise<ServerConfig> => {
  const { log: _, ...config } = loadConfig({
    schema: await configSchemas.server(await registryOf({ file: flags.config, env: io.env })),
    ...(flags.config === undefined ? {} : { file: flags.config }),
    env: io.env,
    otherVariables: ['NETSTATS_HANDED_OVER'],
    flags: single('--data', ['data'], flags.data),
  })
  return { ...config, data: resolve(config.data) }
}
