import { accessSync, constants } from 'node:fs'
import type { SinkEntry } from '@netstats/runtime'
import { ConfigError } from '@netstats/sdk/config'
import { loadConfig, outlineOf, peekConfig } from '@netstats/runtime/config'
import type { Outline } from '@netstats/runtime/config'
import { configSchemas, isConfigKind, registryOf } from '../config-kinds.ts'
import type { ConfigKind } from '../config-kinds.ts'
import { usageError } from '../errors.ts'
import type { Io } from '../io.ts'

export const checkConfig = async (file: string, kind: ConfigKind | undefined, io: Io): Promise<void> => {
  const registry = await registryOf({ file })
  const meant = kind ?? (await detectKind(file))
  const given = { file, env: io.env, useVariables: false }
  if (meant === 'agent') {
    checkSinkFiles(loadConfig({ schema: await configSchemas.agent(registry), ...given }).sinks)
  } else {
    const { checkExposure, checkFiles } = await import('@netstats/server/configuration')
    const config = loadConfig({ schema: await configSchemas.server(registry), ...given })
    checkSinkFiles(config.sinks)
    checkExposure(config)
    await checkFiles(config, Date.now())
  }
  io.out(`${file}: a good ${meant} configuration\n`)
}

/** Files that the built-in sinks read when they start. */
const checkSinkFiles = (sinks: readonly SinkEntry[]): void => {
  for (const [i, sink] of sinks.entries()) {
    checkReadable(`sinks[${i}].tls.ca`, (sink['tls'] as { readonly ca?: unknown } | undefined)?.ca)
    checkReadable(`sinks[${i}].keyFile`, sink['keyFile'])
  }
}

const checkReadable = (path: string, file: unknown): void => {
  if (typeof file !== 'string') return
  try {
    accessSync(file, constants.R_OK)
  } catch (error) {
    throw usageError(`${path}: ${file} cannot be read (${(error as NodeJS.ErrnoException).code ?? 'error'})`)
  }
}

/** The kind that knows most of the file's own keys. */
const detectKind = async (file: string): Promise<ConfigKind> => {
  const { value, faults } = peekConfig(file)
  if (faults.length > 0) throw new ConfigError(faults)
  const keys = typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.keys(value) : []
  const scores = await Promise.all(
    Object.keys(configSchemas)
      .filter(isConfigKind)
      .map(async (kind) => {
        const known = keysOf(outlineOf(await configSchemas[kind]()))
        return { kind, score: keys.filter((key) => known.includes(key)).length }
      }),
  )
  const [best, next] = scores.toSorted((a, b) => b.score - a.score)
  if (best === undefined || best.score === (next?.score ?? 0)) {
    throw usageError(`${file}: its keys tell neither agent nor server; say which with --kind agent or --kind server`)
  }
  return best.kind
}

const keysOf = (outline: Outline): readonly string[] => (outline.type === 'object' ? Object.keys(outline.fields) : [])
