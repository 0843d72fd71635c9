import type { Observation } from '@netstats/protocol'
import type { Batch, Sequence } from './component.ts'

/** When a reader's progress frees an observation. `on-send`: as soon as it was handed over; `on-ack`: after commit. */
export const removalPolicies = ['on-send', 'on-ack'] as const
export type RemovalPolicy = (typeof removalPolicies)[number]

export interface ReaderOptions {
  readonly policy: RemovalPolicy
  /** Most observations in a batch. */
  readonly batchSize: number
  /** Which observations this reader wants; the others are passed over and do not keep the spool from freeing. */
  readonly wants?: (observation: Observation) => boolean
}

/** A sink's own place in the spool; survives restarts under its name. */
export interface SpoolReader extends AsyncDisposable {
  /** The next batch after the last one given, waiting for one while there is none; undefined when the signal aborts. */
  next(options: { signal: AbortSignal }): Promise<Batch | undefined>
  /** Everything through `sequence`, that of an observation given, is settled and need not be given again. */
  commit(sequence: Sequence): Promise<void>
  /** Go back to just after the last commit. */
  rewind(): void
  /** Observations not yet committed. */
  backlog(): number
}

/** The agent's durable, bounded, ordered log of observations. */
export interface Spool extends AsyncDisposable {
  /** 32 hex digits that live with its sequences: another one when a damaged spool was begun anew. */
  readonly id: string
  /** No observation has a higher sequence yet. */
  readonly last: Sequence
  /** Goes on under a new id, if it still has this one. What it holds belongs to the new one: every stream begins anew. */
  renew(id: string): Promise<void>
  /** Resolves when the observations are on disk. Never rejects for lack of room: it makes room or counts the drop. */
  append(observations: readonly Observation[]): Promise<void>
  reader(name: string, options: ReaderOptions): Promise<SpoolReader>
}
