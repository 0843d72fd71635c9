/**
 * QBFT (Besu, GoQuorum). `extraData` is RLP of
 *
 *   [vanity, validators, vote, round, commit seals]
 *
 * The block's hash is that of the header with round 0 and no seals; committers sign the one with the real round and no
 * seals. Validators and vote are empty where a contract has the set.
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

const nothing = new Uint8Array()
/** A chain begins with the order of bytes; nodes of GoQuorum have the other one after a restart. */
const orders: readonly Hypothesis[] = [
  { order: 'byte', policy: 'round-robin' },
  { order: 'byte', policy: 'sticky' },
  { order: 'string', policy: 'round-robin' },
  { order: 'string', policy: 'sticky' },
]

export const qbft: Engine<BftLayout, BftState> = {
  name: 'qbft',
  read: (header) => readQbft(header),
  hash: (header, { vanity, validatorsItem, voteItem }) =>
    hashOf(header, encodeRlp([vanity, validatorsItem, voteItem, nothing, []])),
  conclude: (block, parent, rules) => {
    return concludeRounds(block, commitHash(block), parent, rules, orders)
  },
  signatures: (block) => (block.header.number === 0 ? [] : sealsOf(block.layout, commitHash(block))),
  outlook: outlookOf,
}

/** What committers sign. */
const commitHash = ({ header, layout }: Block<BftLayout>): Uint8Array => {
  const { vanity, validatorsItem, voteItem, roundItem } = layout
  return hashOf(header, encodeRlp([vanity, validatorsItem, voteItem, roundItem, []]))
}

/** Besu tolerates items after the seals; they are not hashed. */
const readQbft = ({ mixHash, extraData }: Header): BftLayout | undefined => {
  if (!hasIstanbulDigest(mixHash)) return undefined
  const list = tryDecodeRlp(extraData)
  if (list === undefined || list instanceof Uint8Array || list.length < 5) return undefined
  const [vanity, validatorsItem, voteItem, roundItem, sealsItem] = list
  if (!(vanity instanceof Uint8Array) || vanity.length !== vanityLength) return undefined
  if (!(roundItem instanceof Uint8Array)) return undefined
  const validators = readSet(validatorsItem)
  const commitSeals = readSeals(sealsItem)
  const round = readRound(roundItem)
  if (validatorsItem === undefined || validators === undefined || commitSeals === undefined || round === undefined)
    return undefined
  if (voteItem === undefined || voteItem instanceof Uint8Array) return undefined
  const vote = voteItem.length === 0 ? undefined : readVote(voteItem, 0xff, undefined)
  if (vote === false) return undefined
  return { vanity, validators, validatorsItem, vote, voteItem, round, roundItem, commitSeals, proposerSeal: undefined }
}
