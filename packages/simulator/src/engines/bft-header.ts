/** Headers of IBFT 1, IBFT 2 and QBFT, made from a proposal and its commit seals. */
import { encodeRlp, fromHex, istanbulDigest, keccak, minimalBytes, toHex } from '@netstats/consensus/encoding'
import type { Hex, RlpItem } from '@netstats/consensus/encoding'
import { hashDraft, toJson, zeroAddress } from '../block.ts'
import type { Draft, SimVote } from '../block.ts'
import type { Key } from '../keys.ts'
import type { SimulatedEngine } from '../model.ts'

/** What a proposer sends around. */
export interface Content {
  readonly draft: Draft
  readonly round: number
  /** The set for this block, ascending. */
  readonly validators: readonly Hex[]
  readonly vote: SimVote | undefined
}

export interface Sealed {
  readonly hash: Hex
  readonly header: Readonly<Record<string, unknown>>
}

/** How an engine writes and hashes the same content. */
export interface Form {
  /** In IBFT 1 it is the candidate that is voted on, else the proposer. */
  miner(proposer: Hex, vote: SimVote | undefined): Hex
  /** What a validator signs to commit; the proposer's key is needed where its seal is part of that. */
  commitHash(content: Content, proposer: Key): Uint8Array
  seal(content: Content, proposer: Key, commitSeals: readonly Uint8Array[]): Sealed
  genesisExtra(validators: readonly Hex[]): Uint8Array
}

const vanity = new Uint8Array(32)
const none = new Uint8Array()
const noNonce = new Uint8Array(8)
const addresses = (list: readonly Hex[]): readonly RlpItem[] => list.map(fromHex)

const hashWith = (content: Content, extraData: Uint8Array, nonce: Uint8Array): Uint8Array =>
  hashDraft(content.draft, [extraData, istanbulDigest, nonce])

const jsonOf = (content: Content, hash: Uint8Array, extraData: Uint8Array, nonce: Uint8Array): Sealed => {
  const hex = toHex(hash)
  const seal = { mixHash: toHex(istanbulDigest), nonce: toHex(nonce) }
  return { hash: hex, header: toJson(content.draft, hex, extraData, seal) }
}

const roundBytes = (round: number): Uint8Array => {
  const bytes = new Uint8Array(4)
  new DataView(bytes.buffer).setUint32(0, round)
  return bytes
}

const ibft2: Form = {
  miner: (proposer) => proposer,
  commitHash: (content) => hashWith(content, encodeRlp([...ibft2Items(content), roundBytes(content.round)]), noNonce),
  seal: (content, _, commitSeals) => {
    const extraData = encodeRlp([...ibft2Items(content), roundBytes(content.round), commitSeals])
    return jsonOf(content, hashWith(content, encodeRlp(ibft2Items(content)), noNonce), extraData, noNonce)
  },
  genesisExtra: (validators) => encodeRlp([vanity, addresses(validators), none, roundBytes(0), []]),
}

const ibft2Items = ({ validators, vote }: Content): readonly RlpItem[] => [
  vanity,
  addresses(validators),
  vote === undefined ? none : [fromHex(vote.recipient), Uint8Array.of(vote.type === 'add' ? 0xff : 0)],
]

const qbft: Form = {
  miner: (proposer) => proposer,
  commitHash: (content) => hashWith(content, qbftExtra(content, content.round, []), noNonce),
  seal: (content, _, commitSeals) =>
    jsonOf(
      content,
      hashWith(content, qbftExtra(content, 0, []), noNonce),
      qbftExtra(content, content.round, commitSeals),
      noNonce,
    ),
  genesisExtra: (validators) => encodeRlp([vanity, addresses(validators), [], none, []]),
}

const qbftExtra = ({ validators, vote }: Content, round: number, commitSeals: readonly Uint8Array[]): Uint8Array =>
  encodeRlp([
    vanity,
    addresses(validators),
    vote === undefined ? [] : [fromHex(vote.recipient), vote.type === 'add' ? Uint8Array.of(0xff) : none],
    minimalBytes(BigInt(round)),
    commitSeals,
  ])

const ibft1: Form = {
  miner: (_, vote) => vote?.recipient ?? zeroAddress,
  commitHash: (content, proposer) => keccak(Uint8Array.of(...ibft1Hash(content, proposer), 2)),
  seal: (content, proposer, commitSeals) =>
    jsonOf(
      content,
      ibft1Hash(content, proposer),
      ibft1Extra(content, proposerSeal(content, proposer), commitSeals),
      ibft1Nonce(content),
    ),
  genesisExtra: (validators) => Uint8Array.of(...vanity, ...encodeRlp([addresses(validators), none, []])),
}

const ibft1Extra = ({ validators }: Content, seal: Uint8Array, commitSeals: readonly Uint8Array[]): Uint8Array =>
  Uint8Array.of(...vanity, ...encodeRlp([addresses(validators), seal, commitSeals]))

const ibft1Nonce = ({ vote }: Content): Uint8Array => (vote?.type === 'add' ? new Uint8Array(8).fill(0xff) : noNonce)

/** Signed once a proposal: a signature takes a millisecond. */
const proposerSeals = new WeakMap<Content, Uint8Array>()

const proposerSeal = (content: Content, proposer: Key): Uint8Array => {
  const seal =
    proposerSeals.get(content) ??
    proposer.sign(keccak(hashWith(content, ibft1Extra(content, none, []), ibft1Nonce(content))))
  proposerSeals.set(content, seal)
  return seal
}

/** The proposer's seal is part of the block's hash. */
const ibft1Hash = (content: Content, proposer: Key): Uint8Array =>
  hashWith(content, ibft1Extra(content, proposerSeal(content, proposer), []), ibft1Nonce(content))

export const forms: Readonly<Record<Exclude<SimulatedEngine, 'clique' | 'aura'>, Form>> = { ibft1, ibft2, qbft }
