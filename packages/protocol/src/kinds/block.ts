import { as, big, count, flag, hex, list, object, optional, text } from '../parse.ts'
import type { Address, BlockNumber, Hash, UnixSeconds, Wei } from '../units.ts'
import { defineKind } from './define.ts'

/** A block as one node has it: header facts, never the contents of its transactions. */
export interface Block {
  readonly number: BlockNumber
  readonly hash: Hash
  readonly parentHash: Hash
  /** Header time, seconds. */
  readonly timestamp: UnixSeconds
  /** Header beneficiary, or the author where the client recovers it. */
  readonly miner: Address
  readonly gasUsed: number
  readonly gasLimit: number
  readonly difficulty: bigint
  readonly totalDifficulty?: bigint
  /** Number of transactions. */
  readonly transactions: number
  /** Their hashes, where the reporter gives them; the ethstats sink sends them on. */
  readonly transactionHashes?: readonly Hash[]
  /** Number of uncles. */
  readonly uncles: number
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
}

const hash = as<Hash, string>(hex(32))

export const block = defineKind<Block>({
  class: 'block',
  read: object({
    number: as<BlockNumber, number>(count),
    hash,
    parentHash: hash,
    timestamp: as<UnixSeconds, number>(count),
    miner: as<Address, string>(hex(20)),
    gasUsed: count,
    gasLimit: count,
    difficulty: big,
    totalDifficulty: optional(big),
    transactions: count,
    transactionHashes: optional(list(hash, 100_000)),
    uncles: count,
    transactionsRoot: optional(hash),
    stateRoot: optional(hash),
    sha3Uncles: optional(hash),
    extraData: optional(text(65_536)),
    nonce: optional(text(66)),
    mixHash: optional(hash),
    baseFeePerGas: optional(as<Wei, bigint>(big)),
    size: optional(count),
    historical: optional(flag),
  }),
})
