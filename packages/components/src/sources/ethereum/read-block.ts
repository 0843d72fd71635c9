import type { Block } from '@netstats/protocol'
import { fieldsOf, readBlock as readLoosely, rounded } from '@netstats/protocol/loose'
import { RpcError } from './rpc/errors.ts'

/** Called with fields of a block that were there and could not be used. */
export type OnUnread = (fields: readonly string[]) => void

/** No block came: a fact that places it in the chain cannot be read, or the node refuses to give it. */
export class BlockError extends RpcError {
  /** Of the block, or `answer`. */
  readonly field: string
  constructor(field: string, message = `The node answered a block whose ${field} cannot be read.`) {
    super('RPC_ANSWER_INVALID', message)
    this.field = field
  }
}

/**
 * A block of `eth_getBlockBy…`: undefined for null. Throws `BlockError` naming the field where a fact that makes a block is
 * missing; what is merely useful is left out instead, and named to `onUnread`.
 */
export const readBlock = (value: unknown, onUnread?: OnUnread): Block | undefined => {
  if (value === null || value === undefined) return undefined
  const fields = fieldsOf(value)
  if (!fields) throw new BlockError('form')
  // The answer's text is gone, so numbers above 2^53 that came as such are as exact as they can be.
  const reading = readLoosely(rounded(fields), { hashes: true })
  if (!reading.block) throw new BlockError(reading.fault)
  if (reading.unread.length > 0) onUnread?.(reading.unread)
  return reading.block
}
