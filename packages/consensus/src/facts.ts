import type { Hex } from './hex.ts'

/** `plain` is every chain whose blocks do not say who sealed them: proof of stake, proof of work, rollups. */
export const engines = ['clique', 'aura', 'ibft1', 'ibft2', 'qbft', 'plain'] as const
export type EngineName = (typeof engines)[number]

/** A validator's vote on another one, as a header carries it. */
export interface Vote {
  readonly recipient: Hex
  readonly type: 'add' | 'drop'
}

/** What a vote that passed did to the set, from the next block on. */
export interface SetChange {
  readonly type: 'add' | 'drop'
  readonly validator: Hex
}

/** Why a header is not attributed to anybody although its hash is right. */
export type Fault =
  /** The signature is none, or of somebody who may not sign. */
  | 'seal-invalid'
  | 'not-a-validator'
  /** Clique: sealed one of the last ⌊N/2⌋ blocks as well. */
  | 'sealed-recently'
  /** Clique: the difficulty does not say whether it was in turn. */
  | 'difficulty-wrong'
  /** BFT: a seal is of no validator, there are too few, or too few of them are of the parent's validators. */
  | 'commit-seals-invalid'
  /** Its parent is of another engine, which no chain goes from to this one. */
  | 'engine-changed'
  /** A list in the header is longer than any set of validators. */
  | 'too-large'

/** Order in which validators take turns: of their bytes, or of their checksummed text, as GoQuorum has it after a restart. */
export type TurnOrder = 'byte' | 'string' | 'mixed'
export type ProposerPolicy = 'round-robin' | 'sticky'

/** How sure it is that a validator missed its turn. */
export type Evidence = 'certain' | 'round-skipped' | 'round-skipped-at-least' | 'displaced'

/** A turn that was not taken, and by whom. */
export interface MissedTurn {
  readonly validator: Hex
  readonly evidence: Evidence
  /** AuRa: the step without a block. */
  readonly step?: number
  /** IBFT 2 and QBFT: the round without a block. */
  readonly round?: number
}

export interface BlockRef {
  readonly number: number
  readonly hash: Hex
}

/** What is concluded of one block. A fact that cannot be known is absent: nothing is guessed. */
export interface Facts {
  readonly engine: EngineName
  readonly number: number
  readonly parentHash: Hex
  /** Computed from the fields. */
  readonly hash: Hex
  /** Whether the node reported the same. Where not, the header is evidence of nothing, and no other fact is given. */
  readonly hashMatches: boolean
  readonly genesis?: true
  /** Engine of the parent, where the chain goes on with another one from this block. */
  readonly engineBefore?: EngineName
  /** The newest block that is final on the chain of which this one is the end; absent where none is known to be. */
  readonly finalized?: BlockRef
  readonly fault?: Fault
  readonly sealer?: Hex
  /** What the sealer signed (IBFT 1: before its second hash), or what committers sign (IBFT 2, QBFT). */
  readonly sealHash?: Hex
  /** AuRa: hash without the seal. */
  readonly bareHash?: Hex
  /** The set for this block: ascending by bytes; AuRa in the order of its contract or list. */
  readonly validators?: readonly Hex[]
  /** False where the set lives in a contract or is worked out from votes. */
  readonly validatorsInHeader?: boolean
  /** Who was due: in turn (Clique), at this step (AuRa), in round 0 (BFT). */
  readonly expected?: Hex
  readonly inTurn?: boolean
  readonly round?: number
  /** IBFT 1 has no round in its header: the round modulo the number of validators. */
  readonly roundModN?: number
  readonly step?: number
  /** AuRa: steps since the parent. */
  readonly gap?: number
  /** Turns between parent and block that nobody took. */
  readonly missed?: readonly MissedTurn[]
  /** Number of those where the validators are not known. */
  readonly missedCount?: number
  readonly commitSealers?: readonly Hex[]
  /** Commit seals that a block needs. */
  readonly quorum?: number
  readonly turnOrder?: TurnOrder
  readonly policy?: ProposerPolicy
  readonly parentSealer?: Hex
  readonly vote?: Vote
  readonly change?: SetChange
  /** Clique: signers as an epoch's first block lists them. */
  readonly checkpoint?: readonly Hex[]
  /** Clique: the signer in turn, where another sealed the block. One that was barred did nothing wrong. */
  readonly displaced?: { readonly validator: Hex; readonly barred: boolean }
  readonly emptySteps?: readonly { readonly step: number; readonly signer: Hex }[]
}
