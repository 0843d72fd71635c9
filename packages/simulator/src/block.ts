/** Blocks of the simulation, with what is true of them. */
import { encodeRlp, fromHex, keccak, minimalBytes, toHex } from '@netstats/consensus/encoding'
import type { Hex, RlpItem } from '@netstats/consensus/encoding'
import { noLoad } from './traffic.ts'
import type { Load } from './traffic.ts'

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
  /** AuRa, where the network has them: steps that validators signed instead of a block. */
  readonly emptySteps?: readonly { readonly step: number; readonly signer: Hex }[]
  readonly commitSealers?: readonly Hex[]
  readonly vote?: SimVote
}

/** Open votes: by who is voted on, then by voter. */
export type Ballots = ReadonlyMap<Hex, ReadonlyMap<Hex, SimVote['type']>>

export interface SimBlock {
  /** As `eth_getBlockByNumber` answers it, without transactions. */
  readonly header: Readonly<Record<string, unknown>>
  readonly hash: Hex
  /** Undefined of the genesis, and of blocks so old that what is below them was forgotten. */
  parent: SimBlock | undefined
  readonly number: number
  /** Seconds since 1970. */
  readonly timestamp: number
  /** Total difficulty: the heavier chain wins. */
  readonly weight: bigint
  readonly step: number
  readonly load: Load
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
  readonly load: Load
}

const emptyRoot: Hex = '0x56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421'
const noUncles: Hex = '0x1dcc4de8dec75d7aab85b567b6ccd41ad312451b948a7413f0a142fd40d49347'
const noBloom: Hex = `0x${'00'.repeat(256)}`
const gasLimit = 30_000_000

const madeUp = (text: string): Hex => toHex(keccak(new TextEncoder().encode(text)))
const stateRootOf = ({ salt, number }: Draft): Hex => madeUp(`${number} ${salt}`)
/** Of transactions or receipts: the trie of none, else made up. */
const rootOf = (what: string, { salt, number, load }: Draft): Hex =>
  load.transactions === 0 ? emptyRoot : madeUp(`${what} ${number} ${salt}`)

/** keccak of the header with these items after the twelve first fields. */
export const hashDraft = (draft: Draft, rest: readonly RlpItem[]): Uint8Array =>
  keccak(
    encodeRlp([
      fromHex(draft.parentHash),
      fromHex(noUncles),
      fromHex(draft.miner),
      fromHex(stateRootOf(draft)),
      fromHex(rootOf('transactions', draft)),
      fromHex(rootOf('receipts', draft)),
      fromHex(noBloom),
      minimalBytes(draft.difficulty),
      minimalBytes(BigInt(draft.number)),
      minimalBytes(BigInt(gasLimit)),
      minimalBytes(BigInt(draft.load.gasUsed)),
      minimalBytes(BigInt(draft.timestamp)),
      ...rest,
    ]),
  )

export const quantity = (value: number | bigint): Hex => `0x${value.toString(16)}`

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
  transactionsRoot: rootOf('transactions', draft),
  receiptsRoot: rootOf('receipts', draft),
  logsBloom: noBloom,
  difficulty: quantity(draft.difficulty),
  gasLimit: quantity(gasLimit),
  gasUsed: quantity(draft.load.gasUsed),
  timestamp: quantity(draft.timestamp),
  extraData: toHex(extraData),
  ...seal,
})

export const zeroHash: Hex = `0x${'00'.repeat(32)}`
export const zeroAddress: Hex = `0x${'00'.repeat(20)}`

/** The first block before an engine gives it its form. */
export const genesisDraft = (start: number, difficulty: bigint): Draft => ({
  parentHash: zeroHash,
  miner: zeroAddress,
  number: 0,
  timestamp: Math.floor(start / 1000),
  difficulty,
  salt: 'genesis',
  load: noLoad,
})

export const genesisBlock = (
  { timestamp }: Draft,
  given: Pick<SimBlock, 'header' | 'hash' | 'weight' | 'validators'>,
): SimBlock => ({
  ...given,
  parent: undefined,
  number: 0,
  timestamp,
  step: 0,
  load: noLoad,
  truth: undefined,
  ballots: new Map(),
})

/** The block and those below it, the newest first. */
export function* lineage(block: SimBlock): Generator<SimBlock> {
  for (let one: SimBlock | undefined = block; one !== undefined; one = one.parent) yield one
}
