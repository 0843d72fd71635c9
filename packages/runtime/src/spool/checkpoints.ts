/** Checkpoints of sources, kept in the transaction of the observations they belong to. */
import { SpoolError } from '@netstats/sdk'
import type { Checkpoint } from '@netstats/sdk'
import type { Draft } from './draft.ts'
import type { Checkpoints, SavedCheckpoint, SpoolStorage } from './storage.ts'

/** A checkpoint that waits for its transaction. */
export interface OwnedCheckpoint extends Checkpoint {
  readonly owner: string
}

const mostKeys = 1000
const keyLength = 200
const valueLength = 4096

export const checkpointsOf = (saved: readonly SavedCheckpoint[]): Checkpoints => {
  const all = new Map<string, Map<string, string>>()
  for (const { owner, key, value } of saved) all.set(owner, (all.get(owner) ?? new Map()).set(key, value))
  return all
}

/** Throws where a source asks for more than a spool keeps: a bug of the source. */
export const checkCheckpoint = ({ key, value = '' }: Checkpoint, owner: string | undefined): void => {
  if (owner === undefined) throw invalid('A checkpoint needs an owner.')
  if (key.length > keyLength) throw invalid(`The key of a checkpoint has at most ${keyLength} characters.`)
  if (value.length > valueLength) throw invalid(`A checkpoint has at most ${valueLength} characters.`)
}

/** Where an owner has as many keys as it may, the one that it set first and never again since gives way. */
export const saveCheckpoint = (draft: Draft, storage: SpoolStorage, { owner, key, value }: OwnedCheckpoint): void => {
  const own = new Map(draft.checkpoints.get(owner))
  own.delete(key)
  if (value === undefined) storage.removeCheckpoint(owner, key)
  else {
    own.set(key, value)
    storage.saveCheckpoint({ owner, key, value })
  }
  const [oldest] = own.keys()
  if (own.size > mostKeys && oldest !== undefined) {
    own.delete(oldest)
    storage.removeCheckpoint(owner, oldest)
  }
  draft.checkpoints = new Map(draft.checkpoints).set(owner, own)
}

/** Forgets those of all owners but these. */
export const keepCheckpoints = (draft: Draft, storage: SpoolStorage, owners: readonly string[]): void => {
  const kept = new Map(draft.checkpoints)
  for (const [owner, own] of draft.checkpoints) {
    if (owners.includes(owner)) continue
    for (const key of own.keys()) storage.removeCheckpoint(owner, key)
    kept.delete(owner)
  }
  draft.checkpoints = kept
}

const invalid = (message: string): SpoolError => new SpoolError('SPOOL_CHECKPOINT_INVALID', message)
