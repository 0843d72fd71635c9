import { as, count, hex, list, object, optional } from '../parse.ts'
import type { Reader } from '../parse.ts'
import { ParseError } from '../errors.ts'
import type { Address, BlockNumber, Hash, UnixSeconds } from '../units.ts'
import { defineKind } from './define.ts'

/**
 * The header of a block, complete: who gets it can hash it again and recover who signed it. Fields are called as in JSON-RPC,
 * and written as there in lower case. What is the same in nearly every block of a quiet chain is left out: `fullHeader` adds it.
 */
export interface Header {
  readonly number: BlockNumber
  readonly hash: Hash
  readonly parentHash: Hash
  /** Header time, seconds. */
  readonly timestamp: UnixSeconds
  /** As it stands in the header: with Clique and IBFT 1 it is whom the sealer votes on, or nobody. */
  readonly miner: Address
  readonly stateRoot: Hash
  /** These three as hex text without leading zeros. */
  readonly difficulty: string
  readonly gasLimit: string
  readonly gasUsed: string
  readonly extraData: string
  /** Absent: of no uncles, no transactions, no receipts, no logs. */
  readonly sha3Uncles?: Hash
  readonly transactionsRoot?: Hash
  readonly receiptsRoot?: Hash
  readonly logsBloom?: string
  readonly mixHash?: Hash
  readonly nonce?: string
  /** AuRa: RLP of its items after `extraData`; or step and signature, where the client gives those alone. */
  readonly sealFields?: readonly string[]
  readonly step?: string
  readonly signature?: string
  readonly baseFeePerGas?: string
  readonly withdrawalsRoot?: Hash
  readonly blobGasUsed?: string
  readonly excessBlobGas?: string
  readonly parentBeaconBlockRoot?: Hash
  readonly requestsHash?: Hash
  readonly blockAccessListHash?: Hash
  readonly slotNumber?: string
}

/** Bytes of `extraData` and of an item of `sealFields`: three hundred validators with their seals. */
export const maxExtraData = 32 * 1024

const nothing = {
  sha3Uncles: '0x1dcc4de8dec75d7aab85b567b6ccd41ad312451b948a7413f0a142fd40d49347',
  transactionsRoot: '0x56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421',
  receiptsRoot: '0x56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421',
  logsBloom: `0x${'0'.repeat(512)}`,
} as const

/** The header with every field, as JSON-RPC gives it. */
export const fullHeader = (header: Header): Readonly<Record<string, unknown>> => ({ ...nothing, ...header })

/** The header without what `fullHeader` adds. */
export const briefHeader = (header: Header): Header => {
  const brief = { ...header }
  for (const key of Object.keys(nothing) as (keyof typeof nothing)[]) if (brief[key] === nothing[key]) delete brief[key]
  return brief
}

const quantity: Reader<string> = (value, path) => {
  if (typeof value === 'string' && /^0x[0-9a-f]{1,64}$/.test(value)) return value
  throw new ParseError('VALUE_INVALID', path, 'expected 0x and up to 64 lower-case hex digits')
}

const bytesUpTo =
  (max: number): Reader<string> =>
  (value, path) => {
    if (typeof value === 'string' && value.length <= 2 + 2 * max && /^0x(?:[0-9a-f]{2})*$/.test(value)) return value
    throw new ParseError('VALUE_INVALID', path, `expected 0x and lower-case hex digits of at most ${max} bytes`)
  }

const hash = as<Hash, string>(hex(32))

export const header = defineKind<Header>({
  code: 12,
  class: 'log',
  read: object({
    number: as<BlockNumber, number>(count),
    hash,
    parentHash: hash,
    timestamp: as<UnixSeconds, number>(count),
    miner: as<Address, string>(hex(20)),
    stateRoot: hash,
    difficulty: quantity,
    gasLimit: quantity,
    gasUsed: quantity,
    extraData: bytesUpTo(maxExtraData),
    sha3Uncles: optional(hash),
    transactionsRoot: optional(hash),
    receiptsRoot: optional(hash),
    logsBloom: optional(hex(256)),
    mixHash: optional(hash),
    nonce: optional(hex(8)),
    sealFields: optional(list(bytesUpTo(maxExtraData), 3)),
    step: optional(quantity),
    signature: optional(hex(65)),
    baseFeePerGas: optional(quantity),
    withdrawalsRoot: optional(hash),
    blobGasUsed: optional(quantity),
    excessBlobGas: optional(quantity),
    parentBeaconBlockRoot: optional(hash),
    requestsHash: optional(hash),
    blockAccessListHash: optional(hash),
    slotNumber: optional(quantity),
  }),
})
