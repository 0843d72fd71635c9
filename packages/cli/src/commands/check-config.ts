import { ConfigError, loadConfig, outlineOf, peekConfig } from '@netstats/sdk/config'
import type { Outline } from '@netstats/sdk/config'
import { configSchemas, isConfigKind } from '../config-kinds.ts'
import type { ConfigKind } from '../config-kinds.ts'
import { usageError } from '../errors.ts'
import type { Io } from '../program.ts'

export const checkConfig = async (file: string, kind: ConfigKind | undefined, io: Io): Promise<void> => {
  const meant = kind ?? (await detectKind(file))
  loadConfig({ schema: await configSchemas[meant](), file, env: io.env, useVariables: false })
  io.out(`${file}: a good ${meant} configuration\n`)
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
