import type { NodeId } from '@netstats/protocol'
import type { Clock } from '@netstats/sdk'
import type { Logger } from '@netstats/sdk'
import { createSpool } from './engine.ts'
import type { ManagedSpool } from './engine.ts'
import { createMemoryStorage } from './memory-storage.ts'

export interface MemorySpoolOptions {
  readonly clock: Clock
  readonly log: Logger
  readonly reporter: NodeId
  /** Encoded observations kept at most. */
  readonly maxBytes?: number
  readonly maxAgeMs?: number
  readonly gapEveryMs?: number
}

/** A spool that is gone with the process: for tests, and for agents that have no disk to write to. */
export const openMemorySpool = ({
  maxBytes = 16 * 1024 * 1024,
  maxAgeMs = 86_400_000,
  ...options
}: MemorySpoolOptions): Promise<ManagedSpool> =>
  Promise.resolve(createSpool({ ...options, maxAgeMs, storage: createMemoryStorage(maxBytes) }))
