/**
 * IBFT 1 (EIP-650; GoQuorum, early Besu). `extraData` is
 *
 *   vanity 32 │ RLP [validators, proposer's seal, commit seals]
 *
 * The block's hash leaves the commit seals out. The proposer signs the hash of the hash of the header without any seal,
 * committers sign the block's hash and a 2. The header has no round: it shows in the proposer, modulo the validators.
 */
import { concatBytes } from '@noble/hashes/utils.js'
import type { ChainRules, Conclusion, Engine } from '../engine.ts'
import { hashOf } from '../header.ts'
import type { Header } from '../header.ts'
import type { Hex } from '../hex.ts'
import { encodeRlp, tryDecodeRlp } from '../rlp.ts'
import { keccak, signatureLength } from '../signature.ts'
import { voteInMiner } from '../vote-fields.ts'
import { hasIstanbulDigest, readSeals, readSet, vanityLength } from './layout.ts'
import type { BftLayout } from './layout.ts'
import {
  afterVotes,
  genesisOf,
  isLinked,
  outlookOf,
  readCommitters,
  sealsOf,
  setFacts,
  setFor,
  signedBy,
} from './state.ts'
import type { BftState } from './state.ts'
import { judgeTurnWithoutRound, startHistory } from './turns.ts'

const nothing = new Uint8Array()
const commitCode = 2

export const ibft1: Engine<BftLayout, BftState> = {
  name: 'ibft1',
  read: (header) => readIbft1(header),
  hash: (header, layout) => hashOf(header, extraWith(layout, layout.proposerSeal ?? nothing)),
  conclude: ({ header, layout, hash, recover }, parent, rules) => {
    const fresh = startHistory(policiesOf(rules))
    if (header.number === 0) return genesisOf(header, layout, fresh)
    const { validators, inHeader } = setFor(header, layout, rules)
    const sealHash = hashOf(header, extraWith(layout, nothing))
    const known: Conclusion = {
      ...setFacts(validators, inHeader, rules),
      ...signedBy(sealHash),
      ...(layout.vote && { vote: layout.vote }),
    }
    const sealer = recover(keccak(sealHash), layout.proposerSeal ?? nothing)
    if (sealer === undefined) return { facts: { ...known, fault: 'seal-invalid' }, state: undefined }
    if (validators !== undefined && !validators.includes(sealer))
      return { facts: { ...known, fault: 'not-a-validator' }, state: undefined }
    const { commitSealers, fault } = readCommitters(layout.commitSeals, commitHash(hash), validators, recover)
    if (fault !== undefined) return { facts: { ...known, fault }, state: undefined }
    if (!isLinked(parent, commitSealers))
      return { facts: { ...known, fault: 'commit-seals-invalid' }, state: undefined }
    const { number } = header
    const votes = afterVotes(parent, { number, sealer, validators }, layout, rules)
    const proposal = { number, validators: validators ?? [], parentSealer: parent?.sealer, sealer }
    const { turn, history } = judgeTurnWithoutRound(parent?.turns ?? fresh, proposal)
    return {
      facts: {
        ...known,
        sealer,
        commitSealers,
        ...(parent?.sealer && { parentSealer: parent.sealer }),
        ...turn,
        ...(votes.change && { change: votes.change }),
      },
      state: { number, sealer, validators: votes.validators, votes: votes.votes, turns: history, commitSealers },
    }
  },
  signatures: ({ header, layout, hash }) => {
    const { proposerSeal: signature } = layout
    if (header.number === 0 || signature === undefined) return []
    const proposed = { hash: keccak(hashOf(header, extraWith(layout, nothing))), signature }
    return [proposed, ...sealsOf(layout, commitHash(hash))]
  },
  outlook: outlookOf,
}

/** What committers sign. */
const commitHash = (hash: Uint8Array): Uint8Array => keccak(concatBytes(hash, Uint8Array.of(commitCode)))

/** GoQuorum sorts by the text of addresses here, always. */
const policiesOf = ({ policy }: ChainRules) =>
  (['round-robin', 'sticky'] as const)
    .filter((one) => policy === undefined || policy === one)
    .map((one) => ({ order: 'string' as const, policy: one }))

const extraWith = ({ vanity, validatorsItem }: BftLayout, seal: Uint8Array): Uint8Array =>
  concatBytes(vanity, encodeRlp([validatorsItem, seal, []]))

const readIbft1 = (header: Header): BftLayout | undefined => {
  const { mixHash, extraData } = header
  if (!hasIstanbulDigest(mixHash) || extraData.length <= vanityLength) return undefined
  const list = tryDecodeRlp(extraData.subarray(vanityLength))
  if (list === undefined || list instanceof Uint8Array || list.length !== 3) return undefined
  const [validatorsItem, proposerSeal, sealsItem] = list
  const validators: readonly Hex[] | undefined = readSet(validatorsItem)
  const commitSeals = readSeals(sealsItem)
  if (validatorsItem === undefined || validators === undefined || commitSeals === undefined) return undefined
  if (!(proposerSeal instanceof Uint8Array)) return undefined
  if (proposerSeal.length !== (header.number === 0 ? 0 : signatureLength) && header.number !== 0) return undefined
  return {
    vanity: extraData.subarray(0, vanityLength),
    validators,
    validatorsItem,
    vote: voteInMiner(header),
    voteItem: nothing,
    round: 0,
    roundItem: nothing,
    commitSeals,
    proposerSeal,
  }
}
