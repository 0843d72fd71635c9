/** What a tracker knows, as readers see it. */
import type { CastVote, EngineName, Facts } from '@netstats/consensus'
import { countTurns, noTurns, periodOf, seenIn } from './canonical-window.ts'
import type { ConcludedBlock } from './canonical-window.ts'
import type { BlockAt, ConsensusBlock, ConsensusState, ConsensusStatus, ValidatorStatus } from './consensus-model.ts'
import { epochOf } from './network-tracker.ts'
import type { LiveChain, NetworkTracker } from './network-tracker.ts'

const orNull = <T>(value: T | undefined): T | null => value ?? null

const at = ({ number, hash }: BlockAt): BlockAt => ({ number, hash })

/** Headers come a moment after their blocks. */
const mostBehind = 2

/** A validator shows itself at least once in so many blocks for each validator, if it is well. */
const turnsToLive = 2

export const statusOf = (tracker: NetworkTracker, live: LiveChain): ConsensusStatus => {
  const { chain, window, told, counts, order, sides, unfit } = tracker
  const { blocks } = window
  const head = blocks.at(-1)?.facts
  const outlook = head && chain.outlook(head.hash)
  const validators = outlook?.validators ?? head?.validators ?? []
  const quorum = validators.length === 0 || head === undefined ? null : neededOf(head, validators.length)
  const newest = blocks.slice(-turnsToLive * Math.max(1, validators.length))
  const seen = seenIn(newest)
  const alive = validators.filter((one) => seen.has(one)).length
  const isEnough = newest.length >= turnsToLive * validators.length
  return {
    state: stateOf(tracker, live),
    engine: orNull(head?.engine),
    engineTold: orNull(told?.engine),
    transition: transitionIn(blocks),
    periodMs: orNull(told?.period ?? periodOf(blocks)),
    periodTold: told?.period !== undefined,
    epoch: epochOf(told),
    epochIs: told?.epoch === undefined ? 'assumed' : 'told',
    policy: orNull(head?.policy),
    turnOrder: orNull(head?.turnOrder),
    head: head === undefined ? null : at(head),
    networkHead: orNull(live.height()),
    finalized: head?.finalized === undefined ? null : at(head.finalized),
    window: {
      blocks: blocks.length,
      from: orNull(blocks[0]?.facts.number),
      to: orNull(head?.number),
    },
    validators: validatorsIn(tracker, validators, seen),
    due: [...(outlook?.due ?? [])],
    quorum,
    live: validators.length === 0 ? null : alive,
    faultMargin: quorum === null || !isEnough ? null : Math.max(0, alive - quorum),
    votes: (outlook?.votes ?? []).map(voteOf),
    equivocations: [...sides.equivocations],
    headers: { ...counts, orphaned: order.orphaned },
    unfit: [...unfit],
  }
}

const voteOf = ({ voter, recipient, type, number }: CastVote): CastVote => ({ voter, recipient, type, number })

const stateOf = ({ window, order }: NetworkTracker, live: LiveChain): ConsensusState => {
  const head = window.blocks.at(-1)?.facts
  if (head !== undefined && head.number >= (live.height() ?? Infinity) - mostBehind) return 'following'
  return order.size > 0 ? 'catching-up' : 'waiting'
}

/** Clique and AuRa: more than half; IBFT and QBFT: as many as a block needs seals. */
const neededOf = ({ engine, quorum }: Facts, validators: number): number | null => {
  if (engine === 'plain') return null
  return quorum ?? Math.floor(validators / 2) + 1
}

const transitionIn = (blocks: readonly ConcludedBlock[]): ConsensusStatus['transition'] => {
  const last = blocks.findLast(({ facts }) => facts.engineBefore !== undefined)?.facts
  const from: EngineName | undefined = last?.engineBefore
  return last === undefined || from === undefined ? null : { number: last.number, from, to: last.engine }
}

const validatorsIn = (
  { window, sides }: NetworkTracker,
  validators: readonly string[],
  seen: ReadonlySet<string>,
): readonly ValidatorStatus[] => {
  const finalized = window.blocks.at(-1)?.facts.finalized?.number ?? -1
  const turns = countTurns(window.blocks, finalized, (facts, missed) => sides.lostRace(facts, missed))
  return validators.map((address) => {
    const last = window.lastSealed.get(address)
    return {
      address,
      live: seen.has(address),
      lastSealed: last === undefined ? null : { ...at(last.facts), timestamp: last.timestamp * 1000 },
      ...(turns.get(address) ?? noTurns()),
    }
  })
}

/** Blocks on the chain of the head, newest first. */
export const blocksOf = ({ window, sides }: NetworkTracker, limit: number): readonly ConsensusBlock[] => {
  const finalized = window.blocks.at(-1)?.facts.finalized?.number ?? -1
  return window.blocks
    .slice(-limit)
    .toReversed()
    .map(({ facts, timestamp }) => ({
      ...at(facts),
      engine: facts.engine,
      timestamp: timestamp * 1000,
      sealer: orNull(facts.sealer),
      expected: orNull(facts.expected),
      inTurn: orNull(facts.inTurn),
      round: orNull(facts.round ?? facts.roundModN),
      step: orNull(facts.step),
      missed: (facts.missed ?? []).map((one) => ({ ...one, lostRace: sides.lostRace(facts, one) })),
      seals: [...(facts.commitSealers ?? [])],
      validators: orNull(facts.validators?.length),
      vote: orNull(facts.vote),
      change: orNull(facts.change),
      final: facts.number <= finalized,
    }))
}
