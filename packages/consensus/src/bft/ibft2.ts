/**
 * IBFT 2 (Besu). `extraData` is RLP of
 *
 *   [vanity, validators, vote, round as 4 bytes, commit seals]
 *
 * The block's hash is that of the header with [vanity, validators, vote]; committers sign the one with the round as well.
 */
import type { Block, Engine } from '../engine.ts'
import { hashOf } from '../header.ts'
import type { Header } from '../header.ts'
import { encodeRlp, tryDecodeRlp } from '../rlp.ts'
import { hasIstanbulDigest, readRound, readSeals, readSet, readVote, vanityLength } from './layout.ts'
import type { BftLayout } from './layout.ts'
import { concludeRounds } from './rounds.ts'
import { outlookOf, sealsOf } from './state.ts'
import type { BftState } from './state.ts'
import type { Hypothesis } from './turns.ts'

const roundLength = 4
const orders: readonly Hypothesis[] = [{ order: 'byte', policy: 'round-robin' }]

export const ibft2: Engine<BftLayout, BftState> = {
  name: 'ibft2',
  read: (header) => readIbft2(header),
  // What stands in the genesis is hashed as it is.
  hash: (header, { vanity, validatorsItem, voteItem }) =>
    header.number === 0 ? hashOf(header) : hashOf(header, encodeRlp([vanity, validatorsItem, voteItem])),
  conclude: (block, parent, rules) => {
    return concludeRounds(block, commitHash(block), parent, rules, orders)
  },
  signatures: (block) => (block.header.number === 0 ? [] : sealsOf(block.layout, commitHash(block))),
  outlook: outlookOf,
}

/** What committers sign. */
const commitHash = ({ header, layout }: Block<BftLayout>): Uint8Array => {
  const { vanity, validatorsItem, voteItem, roundItem } = layout
  return hashOf(header, encodeRlp([vanity, validatorsItem, voteItem, roundItem]))
}

const readIbft2 = ({ mixHash, extraData }: Header): BftLayout | undefined => {
  if (!hasIstanbulDigest(mixHash)) return undefined
  const list = tryDecodeRlp(extraData)
  if (list === undefined || list instanceof Uint8Array || list.length !== 5) return undefined
  const [vanity, validatorsItem, voteItem, roundItem, sealsItem] = list
  if (!(vanity instanceof Uint8Array) || vanity.length !== vanityLength) return undefined
  if (!(roundItem instanceof Uint8Array) || roundItem.length !== roundLength) return undefined
  const validators = readSet(validatorsItem)
  const commitSeals = readSeals(sealsItem)
  const round = readRound(roundItem)
  if (validatorsItem === undefined || validators === undefined || commitSeals === undefined || round === undefined)
    return undefined
  const isNoVote = voteItem instanceof Uint8Array && voteItem.length === 0
  const vote = isNoVote || voteItem === undefined ? undefined : readVote(voteItem, 0xff, 0)
  if (voteItem === undefined || vote === false) return undefined
  return { vanity, validators, validatorsItem, vote, voteItem, round, roundItem, commitSeals, proposerSeal: undefined }
}
