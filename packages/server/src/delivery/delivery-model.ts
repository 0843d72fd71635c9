/**
 * Delivery tracking: each observation is stored exactly once. A stream is what one agent reports of one node out of one
 * spool; its observations have ascending sequences.
 *
 *     take ─► core ─► rows ─┐                       ┌─► durable: acknowledge
 *       └─► resume point ───┴─► one batch ─► store ─┤
 *                                                   └─► given up: the stream goes back to what is durable
 *
 * The resume point of a stream is written in the transaction of the rows that brought it there, so after any end of the
 * process the store says what it has. What was not acknowledged is sent again; what is stored already is dropped and counted.
 */
import type { Gap, Observation } from '@netstats/protocol'
import type { Hello, Resumed } from '@netstats/protocol/netstats'

export interface StreamId {
  readonly agent: string
  /** Name of the network that the node is in now. It follows the node, and does not tell one stream from another. */
  readonly network: string
  readonly node: string
  /** Sequences count within a spool. */
  readonly spool: string
}

export interface DeliveryStream extends StreamId {
  /** Sequence up to which everything is stored: what may be acknowledged. 0: nothing. */
  readonly durable: number
  /** Sequence up to which the core was told. */
  readonly applied: number
  /** What the last session that opened it is told about where it goes on. */
  readonly welcome: Pick<Resumed, 'how' | 'seen' | 'doubt'>
}

/** What an agent says of its spool when it comes: section 5a of the protocol's specification. */
export type Greeting = Pick<Hello, 'lives' | 'after' | 'acknowledged'>

export interface DeliveryItem {
  readonly sequence: number
  readonly observation: Observation
}

export interface DeliveryBatch<I extends DeliveryItem = DeliveryItem> {
  /** Sequence of the observation before the first one in this stream. */
  readonly after: number
  /** How many observations of the stream there were through there. */
  readonly before?: number
  /** Ascending. */
  readonly items: readonly I[]
  /** Sequence of the last line where that was none that can be used; else that of the last item. */
  readonly last?: number
  /** Of that line. */
  readonly mark?: number
  /** Lines, also those that cannot be used. */
  readonly count?: number
  /** Sequence up to which the agent's spool is truncated: what is missing up to there will never come. */
  readonly truncated: number
  /** How far the agent's clock is behind the server's, and by how much that may be wrong, milliseconds; for the list. */
  readonly clock?: { readonly offsetMs: number; readonly errorMs: number } | undefined
}

export type Take =
  /** `through` is applied now, and durable when `durable` says so. `duplicates` had been taken before. */
  | { readonly type: 'taken'; readonly through: number; readonly duplicates: number }
  /** Nothing of it was taken: too much waits for the store. */
  | { readonly type: 'busy'; readonly retryMs: number }
  /** Nothing of it was taken: observations between `through` and the batch have not come. */
  | { readonly type: 'missing-range'; readonly through: number }

export interface DeliveryListener {
  /** The store has all up to `through`. May come within `take` where nothing is kept. */
  durable(stream: DeliveryStream, through: number): void
  /** What was applied beyond `stream.durable` will not be stored: it has to come again. */
  lost(stream: DeliveryStream): void
}

/** What a stream had to give up, summed up by the `gap` observations in it. */
export interface Missing {
  readonly class: Gap['class']
  readonly reason: Gap['reason']
  readonly dropped: number
}

/** How complete a stream is. */
export interface Completeness extends StreamId {
  /** Ascending, for pages; another one after a restart. */
  readonly number: number
  /** Some session has it. */
  readonly open: boolean
  readonly durable: number
  readonly applied: number
  readonly received: number
  readonly duplicates: number
  readonly missing: readonly Missing[]
  /** Observations that the agent truncated because this server had acknowledged them, and that are not stored: at least. */
  readonly missingRanges: number
  /** Observations that the agent truncated before this server first heard of its spool. */
  readonly elsewhere: number
  /** When its first and its newest batch came, server clock. */
  readonly firstAt: number
  readonly lastAt: number | null
  /** How old the newest observation was when it came, milliseconds; null before the first one of this run. */
  readonly lagMs: number | null
  readonly offsetMs: number | null
  readonly errorMs: number | null
}

export interface DeliveryCounts {
  readonly streams: number
  readonly open: number
  /** Since the start. */
  readonly received: number
  readonly duplicates: number
  readonly missing: number
  readonly missingRanges: number
  readonly elsewhere: number
  /** Streams that went on with another branch of their spool: it was copied, or put back. */
  readonly parted: number
  /** Batches that were not taken, by reason; streams that were lost, forgotten, and not opened because there are too many. */
  readonly busy: number
  readonly refusedRanges: number
  readonly lost: number
  readonly forgotten: number
  readonly full: number
}

export interface DeliveryTracker {
  /** False where nothing is kept: then an acknowledgement means that it was applied. */
  readonly durable: boolean
  /** Tell it once, before the first `open`. */
  listen(listener: DeliveryListener): void
  /**
   * The stream of a session that begins; undefined while it is not known what the store has of it, and where there are
   * too many streams: the agent has to come again later. A stream that is open already is the same one: a new session
   * takes it over. `network` is the name that the core gives the node.
   */
  open(id: StreamId, at: number, greeting?: Greeting): DeliveryStream | undefined
  /**
   * Another branch of the spool has told what is neither stored nor given up yet, so that it cannot be said where this
   * one goes on: it has to come again.
   */
  undecided(id: StreamId, greeting: Greeting): boolean
  /** The session has ended. What is under way is still stored. */
  close(stream: DeliveryStream): void
  /** Whether `open` can know what the store has. */
  readonly ready: boolean
  /**
   * Tells the core, by `apply`, each item that is new, in order, and sees to it that all of them become durable together
   * with how far the stream is; or takes nothing. `apply` must not throw.
   */
  take<I extends DeliveryItem>(
    stream: DeliveryStream,
    batch: DeliveryBatch<I>,
    at: number,
    apply: (item: I) => void,
  ): Take
  /** How far behind the pipeline is: 0 while it keeps up, 1 when nothing is taken any more. Cheap. */
  load(): number
  /** By ascending `number`, those after `after`; of all networks or one. */
  list(query: { readonly network?: string; readonly after?: number; readonly limit: number }): readonly Completeness[]
  readonly counts: DeliveryCounts
}

/** How far a stream is stored, as the store keeps it. */
export interface ResumePoint extends StreamId {
  readonly stream: number
  readonly firstAt: number
  /** 0 takes the stream out of the store. */
  readonly through: number
  readonly received: number
  readonly duplicates: number
  readonly missing: number
  /** The column of `missingRanges`. */
  readonly holes: number
  readonly elsewhere: number
  readonly missed: string | null
  readonly takenAt: number
  readonly counted: number
  readonly mark: number | null
  readonly lives: string | null
}

/** What becomes of the batches in which rows and resume points are written. */
export interface BatchOutcome<Reason extends string = string> {
  /** The batch is being closed: what is appended now still belongs to it. */
  closing(batch: number): void
  stored(batch: number): void
  givenUp(batch: number, reason: Reason): void
}

/** What tracking needs of the one who stores the rows. On this bus, `durable` means the store's commit. */
export interface ResumeBuffer<Reason extends string = string> {
  listen(listener: BatchOutcome<Reason>): void
  /** All that is appended in `run` is in one batch, and none of it is refused. */
  atomically<T>(run: () => T): T
  readonly hasRoom: boolean
  /** Used share of the memory that `hasRoom` looks at. */
  readonly fill: number
  /** How long the oldest row has waited, milliseconds. */
  lag(): number
  /** Reserves a resume point that is appended when the open batch is closed. */
  reserve(): void
  append(point: ResumePoint): void
  /** Closes the open batch. */
  cut(): void
  drop(batch: number, reason: Reason): void
  /** Whether the names of a stream can be stored: there are bounds. */
  hasNames(id: Pick<StreamId, 'network' | 'node'>, at: number): boolean
}
