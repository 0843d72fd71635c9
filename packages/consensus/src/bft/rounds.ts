/** IBFT 2 and QBFT: the proposer is in `miner`, the round in the header, and a quorum of validators has signed both. */
import type { Block, ChainRules, Conclusion, Recover } from '../engine.ts'
import type { Hex } from '../hex.ts'
import type { BftLayout } from './layout.ts'
import { afterVotes, genesisOf, isLinked, readCommitters, setFacts, setFor, signedBy } from './state.ts'
import type { BftState } from './state.ts'
import { judgeTurn, startHistory } from './turns.ts'
import type { Hypothesis, Turn } from './turns.ts'

export const concludeRounds = (
  { header, layout, recover }: Block<BftLayout> & { readonly recover: Recover },
  signed: Uint8Array,
  parent: BftState | undefined,
  rules: ChainRules,
  hypotheses: readonly Hypothesis[],
): { readonly facts: Conclusion; readonly state: BftState | undefined } => {
  const told = hypotheses.filter(({ policy }) => policy === rules.policy)
  const fresh = startHistory(told.length > 0 ? told : hypotheses)
  const turns = parent?.turns ?? fresh
  if (header.number === 0) return genesisOf(header, layout, fresh)
  const { validators, inHeader } = setFor(header, layout, rules)
  const known: Conclusion = {
    ...setFacts(validators, inHeader, rules),
    ...signedBy(signed),
    round: layout.round,
    ...(layout.vote && { vote: layout.vote }),
  }
  const sealer = header.miner
  if (validators !== undefined && !validators.includes(sealer))
    return { facts: { ...known, fault: 'not-a-validator' }, state: undefined }
  const { commitSealers, fault } = readCommitters(layout.commitSeals, signed, validators, recover)
  if (fault !== undefined) return { facts: { ...known, fault }, state: undefined }
  if (!isLinked(parent, commitSealers)) return { facts: { ...known, fault: 'commit-seals-invalid' }, state: undefined }
  const votes = afterVotes(parent, { number: header.number, sealer, validators }, layout, rules)
  const proposal = {
    number: header.number,
    validators: validators ?? [],
    parentSealer: parent?.sealer,
    sealer,
    round: layout.round,
  }
  const { turn, history } = judgeTurn(turns, proposal)
  return {
    facts: {
      ...known,
      sealer,
      commitSealers,
      ...(parent?.sealer && { parentSealer: parent.sealer }),
      ...turnFacts(turn, sealer),
      ...(votes.change && { change: votes.change }),
    },
    state: {
      number: header.number,
      sealer,
      validators: votes.validators,
      votes: votes.votes,
      turns: history,
      commitSealers,
    },
  }
}

const turnFacts = ({ turnOrder, policy, expected, skipped }: Turn, sealer: Hex): Conclusion => ({
  ...(turnOrder && { turnOrder }),
  ...(policy && { policy }),
  ...(expected && { expected, inTurn: expected === sealer }),
  ...(skipped && {
    missed: skipped.map((validator, round) => ({ validator, evidence: 'round-skipped' as const, round })),
  }),
})
