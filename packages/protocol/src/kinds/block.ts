import { as, big, count, flag, hex, list, object, optional, text } from '../parse.ts'
import type { Address, BlockNumber, Hash, UnixSeconds, Wei } from '../units.ts'
import { defineKind } from './define.ts'

/**
 * A block as one node has it: header facts, never the contents of its transactions. What the node does not say is absent:
 * absent is not zero.
 */
export interface Block {
  readonly number: BlockNumber
  readonly hash: Hash
  readonly parentHash: Hash
  /** Header time, seconds. */
  readonly timestamp: UnixSeconds
  /** Header beneficiary, or the author where the client recovers it. Absent where the header names nobody. */
  readonly miner?: Address
  readonly gasUsed?: number
  /** What passes 2^53 - 1, as on chains where gas is free, stays there. */
  readonly gasLimit?: number
  readonly difficulty?: bigint
  readonly totalDifficulty?: bigint
  /** Number of transactions. */
  readonly transactions?: number
  /** Their hashes, where the reporter gives them; the ethstats sink sends them on. */
  readonly transactionHashes?: readonly Hash[]
  /** Number of uncles. */
  readonly uncles?: number
  readonly transactionsRoot?: Hash
  readonly stateRoot?: Hash
  readonly sha3Uncles?: Hash
  readonly extraData?: string
  readonly nonce?: string
  readonly mixHash?: Hash
  readonly baseFeePerGas?: Wei
  /** Bytes. */
  readonly size?: number
  /** True where the block was asked for afterwards: it says nothing about propagation. */
  readonly historical?: boolean
  /** True where the node was asked for its head, and may have had the block for as long as the time between two questions. */
  readonly polled?: boolean
}

const hash = as<Hash, string>(hex(32))

export const block = defineKind<Block>({
  code: 4,
  class: 'block',
  read: object({
    number: as<BlockNumber, number>(count),
    hash,
    parentHash: hash,
    timestamp: as<UnixSeconds, number>(count),
    miner: optional(as<Address, string>(hex(20))),
    gasUsed: optional(count),
    gasLimit: optional(count),
    difficulty: optional(big),
    totalDifficulty: optional(big),
    transactions: optional(count),
    transactionHashes: optional(list(hash, 100_000)),
    uncles: optional(count),
    transactionsRoot: optional(hash),
    stateRoot: optional(hash),
    sha3Uncles: optional(hash),
    extraData: optional(text(65_536)),
    nonce: optional(text(66)),
    mixHash: optional(hash),
    baseFeePerGas: optional(as<Wei, bigint>(big)),
    size: optional(count),
    historical: optional(flag),
    polled: optional(flag),
  }),
})
