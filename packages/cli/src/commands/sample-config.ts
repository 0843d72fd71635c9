import { sampleConfig } from '@netstats/sdk/config'
import { configKinds, isConfigKind } from '../config-kinds.ts'
import { usageError } from '../errors.ts'
import type { Io } from '../program.ts'

export const sampleConfigOf = async (kind: string, io: Io): Promise<void> => {
  if (!isConfigKind(kind)) throw usageError(`there is no sample of "${kind.slice(0, 40)}"; say agent or server`)
  const { schema, header } = await configKinds[kind]()
  io.out(sampleConfig(schema, header))
}
