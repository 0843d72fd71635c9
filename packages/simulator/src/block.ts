/** Blocks of the simulation, with what is true of them. */
import { encodeRlp, fromHex, keccak, minimalBytes, toHex } from '@netstats/consensus/encoding'
import type { Hex, RlpItem } from '@netstats/consensus/encoding'

export interface SimVote {
  readonly recipient: Hex
  readonly type: 'add' | 'drop'
}

export interface MissedTruth {
  readonly validator: Hex
  readonly step?: number
  readonly round?: number
}

/** What really happened, as the simulation itself knows it: the oracle for what is concluded from the header. */
export interface Truth {
  readonly sealer: Hex
  /** Those who could seal this block. */
  readonly validators: readonly Hex[]
  /** Who was due first. */
  readonly expected: Hex
  readonly missed: readonly MissedTruth[]
  /** Clique: who was in turn but barred by a block just before. */
  readonly barred?: Hex
  readonly round?: number
  readonly step?: number
  readonly commitSealers?: readonly Hex[]
  readonly vote?: SimVote
}

/** Open votes: by who is voted on, then by voter. */
export type Ballots = ReadonlyMap<Hex, ReadonlyMap<Hex, SimVote['type']>>

export interface SimBlock {
  /** As `eth_getBlockByNumber` answers it, without transactions. */
  readonly header: Readonly<Record<string, unknown>>
  readonly hash: Hex
  readonly parent: SimBlock | undefined
  readonly number: number
  /** Seconds since 1970. */
  readonly timestamp: number
  /** Total difficulty: the heavier chain wins. */
  readonly weight: bigint
  readonly step: number
  /** Of everything but the genesis. */
  readonly truth: Truth | undefined
  /** Who may seal the next block, and the votes that are open. */
  readonly validators: readonly Hex[]
  readonly ballots: Ballots
}

/** Fields that a rule decides on; the others are made up. */
export interface Draft {
  readonly parentHash: Hex
  readonly miner: Hex
  readonly number: number
  readonly timestamp: number
  readonly difficulty: bigint
  /** Makes two blocks with equal fields differ. */
  readonly salt: string
}

const emptyRoot: Hex = '0x56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421'
const noUncles: Hex = '0x1dcc4de8dec75d7aab85b567b6ccd41ad312451b948a7413f0a142fd40d49347'
const noBloom: Hex = `0x${'00'.repeat(256)}`
const gasLimit = 30_000_000

const stateRootOf = ({ salt, number }: Draft): Hex => toHex(keccak(new TextEncoder().encode(`${number} ${salt}`)))

/** keccak of the header with these items after the twelve first fields. */
export const hashDraft = (draft: Draft, rest: readonly RlpItem[]): Uint8Array =>
  keccak(
    encodeRlp([
      fromHex(draft.parentHash),
      fromHex(noUncles),
      fromHex(draft.miner),
      fromHex(stateRootOf(draft)),
      fromHex(emptyRoot),
      fromHex(emptyRoot),
      fromHex(noBloom),
      minimalBytes(draft.difficulty),
      minimalBytes(BigInt(draft.number)),
      minimalBytes(BigInt(gasLimit)),
      new Uint8Array(),
      minimalBytes(BigInt(draft.timestamp)),
      ...rest,
    ]),
  )

const quantity = (value: number | bigint): Hex => `0x${value.toString(16)}`

/** The header as JSON; `seal` are the fields that an engine adds. */
export const toJson = (
  draft: Draft,
  hash: Hex,
  extraData: Uint8Array,
  seal: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> => ({
  number: quantity(draft.number),
  hash,
  parentHash: draft.parentHash,
  sha3Uncles: noUncles,
  miner: draft.miner,
  stateRoot: stateRootOf(draft),
  transactionsRoot: emptyRoot,
  receiptsRoot: emptyRoot,
  logsBloom: noBloom,
  difficulty: quantity(draft.difficulty),
  gasLimit: quantity(gasLimit),
  gasUsed: '0x0',
  timestamp: quantity(draft.timestamp),
  extraData: toHex(extraData),
  ...seal,
})

export const zeroHash: Hex = `0x${'00'.repeat(32)}`
export const zeroAddress: Hex = `0x${'00'.repeat(20)}`

/** The block and those below it, the newest first. */
export function* lineage(block: SimBlock): Generator<SimBlock> {
  for (let one: SimBlock | undefined = block; one !== undefined; one = one.parent) yield one
}
