import { sampleConfig } from '@netstats/runtime/config'
import { configSchemas, isConfigKind, registryOf } from '../config-kinds.ts'
import type { ConfigKind } from '../config-kinds.ts'
import { usageError } from '../errors.ts'
import type { Io } from '../io.ts'

export const sampleConfigOf = async (kind: string, plugins: readonly string[], io: Io): Promise<void> => {
  if (!isConfigKind(kind)) throw usageError(`there is no sample of "${kind.slice(0, 40)}"; say agent or server`)
  io.out(sampleConfig(await configSchemas[kind](await registryOf({ names: plugins })), header(kind)))
}

const header = (kind: ConfigKind): string =>
  `Configuration of a Netstats ${kind}: netstats ${kind} --config FILE
A line with # and no space behind it shows a default; take the # away to change it. Where there is none, write a value.
What is wrong with the file, if anything, says: netstats check-config FILE`
