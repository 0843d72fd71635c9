/** What IBFT and QBFT carry from block to block, and what all three conclude in the same way. */
import type { ChainRules, Conclusion, Outlook, Recover, Signature } from '../engine.ts'
import { defaultEpoch } from '../engine.ts'
import type { Facts, Fault, SetChange } from '../facts.ts'
import type { Header } from '../header.ts'
import { toHex } from '../hex.ts'
import type { Hex } from '../hex.ts'
import { castVote } from '../votes.ts'
import type { CastVote } from '../votes.ts'
import type { BftLayout } from './layout.ts'
import { dueAfter } from './turns.ts'
import type { TurnHistory } from './turns.ts'

export interface BftState {
  readonly number: number
  readonly sealer: Hex | undefined
  /** The set for the next block, as votes make it; undefined where it lives in a contract. */
  readonly validators: readonly Hex[] | undefined
  readonly votes: readonly CastVote[]
  readonly turns: TurnHistory
  /** Who committed to the block. */
  readonly commitSealers: readonly Hex[]
}

export const quorumOf = (validators: number, rule: ChainRules['quorum'] = 'two-thirds'): number =>
  rule === 'two-thirds' ? Math.ceil((2 * validators) / 3) : 2 * faultsOf(validators) + 1

/** Validators that may be faulty while the rest agrees. */
const faultsOf = (validators: number): number => Math.ceil(validators / 3) - 1

/** The set for a block, ascending: from its header, or from outside where a contract has it. */
export const setFor = (
  header: Header,
  layout: BftLayout,
  rules: ChainRules,
): { readonly validators: readonly Hex[] | undefined; readonly inHeader: boolean } => {
  if (layout.validators.length > 0) return { validators: layout.validators.toSorted(), inHeader: true }
  return { validators: rules.validatorsAt?.(header)?.toSorted(), inHeader: false }
}

/** Seals that are looked at where the set is not known: more than a contract has ever had validators. */
const maxUnknown = 128

export interface Committers {
  readonly commitSealers: readonly Hex[]
  readonly fault: Fault | undefined
}

/**
 * Who signed the block. Clients write a quorum of seals and no more, and each node may have others; they import a block
 * with more seals than may be faulty. A seal of somebody else means that a byte was changed on the way.
 */
export const readCommitters = (
  seals: readonly Uint8Array[],
  signed: Uint8Array,
  validators: readonly Hex[] | undefined,
  recover: Recover,
): Committers => {
  // Bounds the work before it is done: one signature takes a millisecond.
  if (seals.length > (validators?.length ?? maxUnknown)) return { commitSealers: [], fault: 'commit-seals-invalid' }
  const recovered = seals.map((seal) => recover(signed, seal))
  const known = recovered.filter((one) => one !== undefined && (validators?.includes(one) ?? true)) as readonly Hex[]
  const distinct = [...new Set(known)]
  const isWhole = distinct.length === seals.length
  const isEnough = distinct.length > (validators === undefined ? 0 : faultsOf(validators.length))
  return { commitSealers: distinct, fault: isWhole && isEnough ? undefined : 'commit-seals-invalid' }
}

/**
 * Whether those who committed to a block are of the network that its parent is of. A header brings its own set of validators,
 * and anybody can make one up: but no set is replaced at once, so some of the parent's must be among them, more than may be
 * faulty. Of a set that is not known those who committed to the parent are.
 */
export const isLinked = (parent: BftState | undefined, commitSealers: readonly Hex[]): boolean => {
  if (parent === undefined) return true
  const { validators, commitSealers: before } = parent
  const known = validators ?? before
  const needed = validators === undefined ? Math.min(1, before.length) : faultsOf(validators.length) + 1
  return commitSealers.filter((one) => known.includes(one)).length >= needed
}

/** The seals that `readCommitters` recovers, with what they sign. */
export const sealsOf = ({ commitSeals, validators }: BftLayout, hash: Uint8Array): readonly Signature[] =>
  commitSeals.length > (validators.length > 0 ? validators.length : maxUnknown)
    ? []
    : commitSeals.map((signature) => ({ hash, signature }))

export const outlookOf = ({ validators, votes, sealer }: BftState, { turnOrder, policy }: Facts): Outlook => ({
  ...(validators && { validators }),
  votes,
  due: validators && sealer && turnOrder && policy ? dueAfter(validators, sealer, turnOrder, policy) : [],
})

/** Counts the block's vote; the set afterwards is what the next header should say. */
export const afterVotes = (
  parent: BftState | undefined,
  block: { readonly number: number; readonly sealer: Hex; readonly validators: readonly Hex[] | undefined },
  layout: BftLayout,
  rules: ChainRules,
): { readonly validators: readonly Hex[] | undefined; readonly votes: readonly CastVote[]; change?: SetChange } => {
  const { number, sealer, validators } = block
  const isEpoch = number % (rules.epoch ?? defaultEpoch) === 0
  const open = isEpoch ? [] : (parent?.votes ?? [])
  if (validators === undefined || layout.vote === undefined) return { validators, votes: open }
  const { state, change } = castVote({ validators, votes: open }, sealer, layout.vote, number)
  return { ...state, ...(change && { change }) }
}

export const setFacts = (validators: readonly Hex[] | undefined, inHeader: boolean, rules: ChainRules): Conclusion => ({
  ...(validators && { validators, quorum: quorumOf(validators.length, rules.quorum) }),
  validatorsInHeader: inHeader,
})

export const genesisOf = (
  header: Header,
  layout: BftLayout,
  turns: TurnHistory,
): { readonly facts: Conclusion; readonly state: BftState } => {
  const validators = layout.validators.length > 0 ? layout.validators.toSorted() : undefined
  return {
    facts: { genesis: true, ...(validators && { validators }), validatorsInHeader: validators !== undefined },
    state: { number: header.number, sealer: undefined, validators, votes: [], turns, commitSealers: [] },
  }
}

export const signedBy = (hash: Uint8Array): Pick<Conclusion, 'sealHash'> => ({ sealHash: toHex(hash) })
