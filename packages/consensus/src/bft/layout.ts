/** What IBFT 1, IBFT 2 and QBFT keep in `extraData`, read into one form. */
import { readAddress, readAddresses } from '../addresses.ts'
import { maxValidators } from '../engine.ts'
import type { Vote } from '../facts.ts'
import { sameBytes, toBigInt } from '../hex.ts'
import type { Hex } from '../hex.ts'
import type { RlpItem } from '../rlp.ts'
import { signatureLength } from '../signature.ts'

export const vanityLength = 32

/** `mixHash` of all blocks of Istanbul's family. */
export const istanbulDigest = Uint8Array.from(
  '63746963616c2062797a616e74696e65206661756c7420746f6c6572616e6365'.match(/../g) ?? [],
  (byte) => parseInt(byte, 16),
)
export const hasIstanbulDigest = (mixHash: Uint8Array | undefined): boolean =>
  mixHash !== undefined && sameBytes(mixHash, istanbulDigest)

export interface BftLayout {
  readonly vanity: Uint8Array
  /** Empty where the set lives in a contract. */
  readonly validators: readonly Hex[]
  readonly validatorsItem: RlpItem
  readonly vote: Vote | undefined
  /** As it stands, to be hashed again. */
  readonly voteItem: RlpItem
  readonly round: number
  readonly roundItem: Uint8Array
  readonly commitSeals: readonly Uint8Array[]
  /** IBFT 1. */
  readonly proposerSeal: Uint8Array | undefined
}

/** Signatures of a list; undefined where it holds something else, or more than a set has validators. */
export const readSeals = (item: RlpItem | undefined): readonly Uint8Array[] | undefined => {
  if (item === undefined || item instanceof Uint8Array || item.length > maxValidators) return undefined
  const isSeal = (one: RlpItem): one is Uint8Array => one instanceof Uint8Array && one.length === signatureLength
  return item.every(isSeal) ? item : undefined
}

export const readSet = (item: RlpItem | undefined): readonly Hex[] | undefined => {
  const set = readAddresses(item)
  return set !== undefined && set.length <= maxValidators ? set : undefined
}

/** `[recipient, type]`, with the two bytes that an engine writes for the types; a false vote is none. */
export const readVote = (item: RlpItem, add: number, drop: number | undefined): Vote | false => {
  if (item instanceof Uint8Array || item.length !== 2) return false
  const recipient = readAddress(item[0])
  const [, type] = item
  if (recipient === undefined || !(type instanceof Uint8Array)) return false
  if (type.length === 1 && type[0] === add) return { recipient, type: 'add' }
  // An integer zero is written as no byte at all.
  const isDrop = drop === undefined ? type.length === 0 : type.length === 1 && type[0] === drop
  return isDrop ? { recipient, type: 'drop' } : false
}

/** A round as a whole number; undefined where it is longer than any that was ever reached. */
export const readRound = (item: RlpItem | undefined): number | undefined =>
  item instanceof Uint8Array && item.length <= 4 ? Number(toBigInt(item)) : undefined
