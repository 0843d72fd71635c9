/** Votes on validators, counted over again from a chain's own books: not with the library that is tested against them. */
import type { Hex } from '@netstats/consensus/encoding'
import type { Ballots, SimVote } from './block.ts'

export interface Election {
  readonly validators: readonly Hex[]
  readonly ballots: Ballots
}

export const noBallots: Ballots = new Map()

export const holdVote = ({ validators, ballots }: Election, voter: Hex, vote: SimVote | undefined): Election => {
  if (vote === undefined) return { validators, ballots }
  const { recipient, type } = vote
  const votes = new Map(ballots.get(recipient))
  votes.delete(voter)
  const changesSomething = validators.includes(recipient) ? type === 'drop' : type === 'add'
  if (changesSomething) votes.set(voter, type)
  const next = new Map(ballots).set(recipient, votes)
  if (votes.size * 2 <= validators.length) return { validators, ballots: next }
  next.delete(recipient)
  if (type === 'add') return { validators: [...validators, recipient].toSorted(), ballots: next }
  for (const [other, theirs] of next) {
    const rest = new Map(theirs)
    rest.delete(recipient)
    next.set(other, rest)
  }
  return { validators: validators.filter((one) => one !== recipient), ballots: next }
}
