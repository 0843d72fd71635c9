import type { ManagedSpool } from '../../spool/engine.ts'
import { boundsContract } from './bounds.ts'
import { checkpointsContract } from './checkpoints.ts'
import { closingContract, reopeningContract } from './closing.ts'
import { readingContract } from './reading.ts'
import { streamsContract } from './streams.ts'
import { createSetup } from './support.ts'
import type { SpoolContractOptions } from './support.ts'
import { wantsContract } from './wants.ts'

export type { SpoolContractOptions } from './support.ts'

export interface SpoolContractFeatures {
  /** It survives being closed and opened again. */
  readonly durable: boolean
}

/** What every spool must do. `open` is called by each test, with a place of its own. */
export const spoolContract = (
  name: string,
  open: (options: SpoolContractOptions) => Promise<ManagedSpool>,
  { durable }: SpoolContractFeatures,
): void => {
  const setup = createSetup(open)
  readingContract(name, setup)
  streamsContract(name, setup)
  wantsContract(name, setup)
  boundsContract(name, setup)
  checkpointsContract(name, setup)
  closingContract(name, setup)
  if (durable) reopeningContract(name, setup)
}
