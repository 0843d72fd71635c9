import { as, count, hex, number, object } from '../parse.ts'
import type { BlockNumber, Hash } from '../units.ts'
import { defineKind } from './define.ts'

/** How long a node took to execute a block: geth's `block_new_payload` and reth's `new-payload`. */
export interface BlockProcessing {
  readonly number: BlockNumber
  readonly hash: Hash
  /** Milliseconds, with fractions. */
  readonly processingMs: number
}

export const blockProcessing = defineKind<BlockProcessing>({
  code: 5,
  class: 'stats',
  read: object({ number: as<BlockNumber, number>(count), hash: as<Hash, string>(hex(32)), processingMs: number }),
})
