/** Votes on the set of validators, counted as Clique (EIP-225), IBFT 1, IBFT 2 and QBFT count them. */
import type { Hex } from './hex.ts'
import type { SetChange, Vote } from './facts.ts'

export interface CastVote extends Vote {
  readonly voter: Hex
  readonly number: number
}

/** The set that may seal the next block, ascending, and the votes that are open. Never changed in place. */
export interface VotingState {
  readonly validators: readonly Hex[]
  readonly votes: readonly CastVote[]
}

/** Counts a vote; with the set as it is from the next block on, and the change where the vote passed. */
export const castVote = (
  state: VotingState,
  voter: Hex,
  vote: Vote,
  number: number,
): { readonly state: VotingState; readonly change: SetChange | undefined } => {
  const { recipient, type } = vote
  const others = state.votes.filter((one) => one.voter !== voter || one.recipient !== recipient)
  const isMeant = (type === 'add') !== state.validators.includes(recipient)
  const votes = isMeant ? [...others, { ...vote, voter, number }] : others
  const inFavour = votes.filter((one) => one.recipient === recipient && one.type === type).length
  if (!isMeant || inFavour <= Math.floor(state.validators.length / 2))
    return { state: { validators: state.validators, votes }, change: undefined }
  const validators =
    type === 'add' ? [...state.validators, recipient].toSorted() : state.validators.filter((one) => one !== recipient)
  // A validator that left has no vote, and who was voted on is settled.
  const open = votes.filter((one) => one.recipient !== recipient && (type === 'add' || one.voter !== recipient))
  return { state: { validators, votes: open }, change: { type, validator: recipient } }
}
