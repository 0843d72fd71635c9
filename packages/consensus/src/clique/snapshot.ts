/** Who may seal when, block after block: the snapshot of EIP-225, checked against `clique_getSnapshot`. */
import type { SetChange, Vote } from '../facts.ts'
import type { Hex } from '../hex.ts'
import { castVote } from '../votes.ts'
import type { CastVote } from '../votes.ts'

export interface CliqueSnapshot {
  readonly number: number
  /** Ascending. */
  readonly signers: readonly Hex[]
  /** Blocks so near that their signers are barred from the next one. */
  readonly recents: ReadonlyMap<number, Hex>
  readonly votes: readonly CastVote[]
}

/** In any so many blocks in a row a signer seals one at most. */
export const signerLimit = (signers: number): number => Math.floor(signers / 2) + 1

/** A state to start from: nobody is known to be barred, no vote to be open. */
export const snapshotAt = (number: number, signers: readonly Hex[]): CliqueSnapshot => ({
  number,
  signers: signers.toSorted(),
  recents: new Map(),
  votes: [],
})

export const inTurnSigner = ({ signers, number }: CliqueSnapshot): Hex | undefined =>
  signers[(number + 1) % signers.length]

/** Whether a signer sealed one of the blocks that bar it from the next. */
export const isBarred = ({ signers, recents, number }: CliqueSnapshot, signer: Hex): boolean => {
  const next = number + 1
  const limit = signerLimit(signers.length)
  return [...recents].some(([sealed, by]) => by === signer && sealed > next - limit)
}

export const applyBlock = (
  before: CliqueSnapshot,
  block: { readonly signer: Hex; readonly vote: Vote | undefined; readonly isCheckpoint: boolean },
): { readonly snapshot: CliqueSnapshot; readonly change: SetChange | undefined } => {
  const number = before.number + 1
  const recents = new Map(before.recents)
  const limit = signerLimit(before.signers.length)
  recents.delete(number - limit)
  recents.set(number, block.signer)
  const open = block.isCheckpoint ? [] : before.votes
  const unchanged = { number, signers: before.signers, recents, votes: open }
  if (block.vote === undefined) return { snapshot: unchanged, change: undefined }
  const { state, change } = castVote({ validators: before.signers, votes: open }, block.signer, block.vote, number)
  // A smaller set bars for fewer blocks.
  if (change?.type === 'drop') recents.delete(number - signerLimit(state.validators.length))
  return { snapshot: { number, signers: state.validators, recents, votes: state.votes }, change }
}
