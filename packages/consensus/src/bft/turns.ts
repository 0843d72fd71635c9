/**
 * Whose turn it was to propose. Besu and IBFT 1 have one order of validators; GoQuorum's QBFT has two, depending on
 * whether its nodes were restarted, and nodes may differ. So orders and policies are hypotheses, and the sealers of blocks
 * tell which holds.
 *
 *   proposer of round r = order[(start + r) mod N]
 *   start = place of the parent's proposer, and one more with round robin
 */
import { sortByChecksum } from '../addresses.ts'
import type { ProposerPolicy, TurnOrder } from '../facts.ts'
import type { Hex } from '../hex.ts'

export interface Hypothesis {
  readonly order: Exclude<TurnOrder, 'mixed'>
  readonly policy: ProposerPolicy
}

/** A hypothesis and how many blocks in a row it explained. */
export interface Score extends Hypothesis {
  readonly streak: number
}

export interface TurnHistory {
  readonly scores: readonly Score[]
  /** Blocks that could be judged. */
  readonly judged: number
  /** Begun with the chain's first block: no node had been restarted then. */
  readonly fromStart: boolean
}

/** What is concluded of one block's turn; absent fields are not known. */
export interface Turn {
  readonly turnOrder?: TurnOrder
  readonly policy?: ProposerPolicy
  readonly expected?: Hex
  /** Proposers of the rounds before the one that made the block. */
  readonly skipped?: readonly Hex[]
}

export const startHistory = (hypotheses: readonly Hypothesis[]): TurnHistory => ({
  scores: hypotheses.map((one) => ({ ...one, streak: 0 })),
  judged: 0,
  fromStart: false,
})

export interface Proposal {
  readonly number: number
  /** Ascending by bytes. */
  readonly validators: readonly Hex[]
  readonly parentSealer: Hex | undefined
  readonly sealer: Hex
  readonly round: number
}

/** Judges a block by every hypothesis; where several explain it, the one that has held longest counts. */
export const judgeTurn = (
  history: TurnHistory,
  proposal: Proposal,
): { readonly turn: Turn; readonly history: TurnHistory } => {
  const { validators, number, parentSealer, round } = proposal
  const isFirst = parentSealer === undefined && number === 1
  if (validators.length === 0 || round > maxRound || (parentSealer === undefined && !isFirst))
    return { turn: {}, history }
  const judged = history.scores.map((score) => ({ score, proposers: explain(score, proposal) }))
  const after: TurnHistory = {
    scores: judged.map(({ score, proposers }) => ({
      ...score,
      streak: proposers === undefined ? 0 : score.streak + 1,
    })),
    judged: history.judged + 1,
    fromStart: history.fromStart || isFirst,
  }
  // One that failed lately is not believed before it has explained a round of turns again.
  const enough = Math.min(history.judged, validators.length)
  const holding = judged.flatMap(({ score, proposers }) =>
    proposers !== undefined && score.streak >= enough ? [{ score, proposers }] : [],
  )
  const [best, ...others] = holding.toSorted((a, b) => b.score.streak - a.score.streak)
  if (best === undefined) return { turn: { turnOrder: 'mixed' }, history: after }
  const isNew = !after.fromStart && history.judged < validators.length
  if (isNew && others.some(({ proposers }) => proposers.join() !== best.proposers.join()))
    return { turn: {}, history: after }
  const [expected] = best.proposers
  const { order, policy, streak } = best.score
  // In a chain's first block the policy makes no difference.
  const isPolicyKnown = others.every(({ score }) => score.policy === policy || score.streak < streak)
  const skipped = best.proposers.slice(0, -1)
  return { turn: { turnOrder: order, ...(isPolicyKnown && { policy }), expected, skipped }, history: after }
}

/** Proposers of round 0 to the block's, of which the last is its sealer; undefined where that is another one. */
const explain = (
  hypothesis: Hypothesis,
  { validators, parentSealer, round, sealer }: Proposal,
): readonly [Hex, ...Hex[]] | undefined => {
  const order = orderOf(validators, hypothesis.order)
  for (const start of startsOf(hypothesis, order, parentSealer)) {
    const proposers = Array.from({ length: round + 1 }, (_, index) => order[(start + index) % order.length] as Hex)
    if (proposers.at(-1) === sealer) return proposers as [Hex, ...Hex[]]
  }
  return undefined
}

/** Each round lasts twice as long as the one before: the fortieth would take centuries. */
const maxRound = 40

const orders = new WeakMap<readonly Hex[], readonly Hex[]>()

export const orderOf = (validators: readonly Hex[], order: Hypothesis['order']): readonly Hex[] => {
  if (order === 'byte') return validators
  const known = orders.get(validators) ?? sortByChecksum(validators)
  orders.set(validators, known)
  return known
}

/** Where turns begin; two places where the parent's proposer has left the set, as clients differ there. */
const startsOf = (
  { policy }: Hypothesis,
  ordered: readonly Hex[],
  parentSealer: Hex | undefined,
): readonly [number, ...number[]] => {
  if (parentSealer === undefined) return [0]
  const place = ordered.indexOf(parentSealer)
  const step = policy === 'round-robin' ? 1 : 0
  if (place >= 0) return [place + step]
  const next = ordered.findIndex((one) => one > parentSealer)
  // Besu takes the next higher address, GoQuorum counts from the first.
  return [next < 0 ? 0 : next, step]
}

/** Who is due in round 0 of the next block, and of the one after. */
export const dueAfter = (
  validators: readonly Hex[],
  sealer: Hex,
  turnOrder: TurnOrder,
  policy: ProposerPolicy,
): readonly Hex[] => {
  if (turnOrder === 'mixed') return []
  const order = orderOf(validators, turnOrder)
  const [start, other] = startsOf({ order: turnOrder, policy }, order, sealer)
  if (other !== undefined) return []
  return [start, policy === 'sticky' ? start : start + 1].flatMap((place) => order[place % order.length] ?? [])
}

/** The turn of a block whose header has no round: of IBFT 1. */
export interface TurnWithoutRound {
  readonly turnOrder?: TurnOrder
  readonly policy?: ProposerPolicy
  readonly expected?: Hex
  readonly inTurn?: boolean
  readonly roundModN?: number
  readonly missed?: readonly {
    readonly validator: Hex
    readonly evidence: 'round-skipped-at-least'
    readonly round: number
  }[]
}

/**
 * Any sealer is explained by some round, so the policy shows over time alone: with round robin most blocks come from the
 * next validator, with a sticky proposer from the same one. The block of a validator that sealed the one before is judged
 * when that is settled: it may be a full circle of skipped rounds, or none.
 */
export const judgeTurnWithoutRound = (
  history: TurnHistory,
  proposal: Omit<Proposal, 'round'>,
): { readonly turn: TurnWithoutRound; readonly history: TurnHistory } => {
  const { validators, parentSealer, sealer, number } = proposal
  if (validators.length === 0 || (parentSealer === undefined && number !== 1)) return { turn: {}, history }
  const judged = history.scores.map((score) => {
    const order = orderOf(validators, score.order)
    // GoQuorum's rule where the parent's proposer left, as IBFT 1 is GoQuorum's.
    const start = startsOf(score, order, parentSealer).at(-1) ?? 0
    const rounds = (((order.indexOf(sealer) - start) % order.length) + order.length) % order.length
    return { score, start, rounds, order }
  })
  const after: TurnHistory = {
    scores: judged.map(({ score, rounds }) => ({ ...score, streak: score.streak + (rounds === 0 ? 1 : 0) })),
    judged: history.judged + 1,
    fromStart: history.fromStart,
  }
  const [best, other] = judged.toSorted((a, b) => b.score.streak - a.score.streak)
  if (best === undefined) return { turn: {}, history: after }
  const { score, start, rounds, order } = best
  const known = { turnOrder: score.order, policy: score.policy }
  const isSettled = other === undefined || score.streak > other.score.streak + validators.length
  if (parentSealer === sealer && validators.length > 1 && !isSettled) return { turn: known, history: after }
  const expected = order[start % order.length] as Hex
  const missed = Array.from({ length: rounds }, (_, round) => ({
    validator: order[(start + round) % order.length] as Hex,
    evidence: 'round-skipped-at-least' as const,
    round,
  }))
  return { turn: { ...known, expected, inTurn: rounds === 0, roundModN: rounds, missed }, history: after }
}
