import type { Observation } from '@netstats/protocol'

/** A place in the spool: strictly increasing per spool, never reused, also across restarts. */
export type Sequence = number

export interface SpooledObservation {
  readonly sequence: Sequence
  readonly observation: Observation
  /** Key of the network that its node is on, as the API calls it; undefined where nobody has said it yet. */
  readonly network?: string | undefined
}

/** Observations in spool order. Never empty. */
export interface Batch {
  /** Id of the spool that its sequences count in: those of another spool mean nothing beside them. */
  readonly spool: string
  /** Sequence of the observation before the first one in this reader's stream; 0 where there was none in this spool. */
  readonly after: Sequence
  /** How many observations of the stream there were through `after`. */
  readonly before: number
  readonly items: readonly SpooledObservation[]
  /** Sequence of the last item: what the shipper commits when the batch is settled. */
  readonly last: Sequence
}

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
  /**
   * A peer has something else under sequences of this stream, up to this one: the spool is a copy, or was put back, and
   * it cannot be known what of it the peer has. What is left of the stream up to there is given up and reported as a gap,
   * and the spool begins a new life beyond. How many observations that were. Where the peer only has forgotten what it has
   * (`doubt`), copies of the spool may have the same beyond: that stays of the life it is of.
   */
  disown(through: Sequence, why?: 'fork' | 'doubt'): Promise<number>
  /** The lives of this stream, oldest first: those of the spool, and those in which the stream branched off from a copy's. */
  readonly lives: readonly Life[]
  /** What the spool has under a sequence: an observation of this stream, `other` where it is none, undefined where there is none. */
  at(sequence: Sequence): Observation | 'other' | undefined
  /** Observations not yet committed. */
  backlog(): number
}

/** The time from one opening of a spool to the next. */
export interface Life {
  /** 16 hex digits. */
  readonly life: string
  /** No sequence of it is smaller. */
  readonly from: Sequence
}

/** What a source notes of how far it is with one thing that it reads; `value` undefined forgets it. */
export interface Checkpoint {
  /** At most 200 characters, a thousand keys a source. */
  readonly key: string
  /** At most 4096 characters. */
  readonly value: string | undefined
}

/** Observations that are stored in one transaction with the checkpoint behind them: all of it or none. A few, or none at all. */
export interface Checkpointed {
  readonly observations: readonly Observation[]
  readonly checkpoint: Checkpoint
}

/** The agent's durable, bounded, ordered log of observations. */
export interface Spool extends AsyncDisposable {
  /** 32 hex digits that live with its sequences: another one when a damaged spool was begun again. */
  readonly id: string
  /** No observation has a higher sequence yet. */
  readonly last: Sequence
  /** Oldest first; the last one is now. Whatever is appended from now on is of that one, or of a later one. */
  readonly lives: readonly Life[]
  /**
   * Resolves when the observations are on disk. Never rejects for lack of room: it makes room or counts the drop. `owner`
   * is whose the checkpoints among them are. A checkpoint is stored when what comes with it is stored or counted as dropped;
   * on a full disk it may be older than that, so that what was dropped is read once more after a restart.
   */
  append(items: readonly (Observation | Checkpointed)[], owner?: string): Promise<void>
  /** The newest checkpoints of an owner, by key. A spool that was begun again has none. */
  checkpoints(owner: string): ReadonlyMap<string, string>
  reader(name: string, options: ReaderOptions): Promise<SpoolReader>
}
