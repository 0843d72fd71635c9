/**
 * Who has delivered what, exactly once. A stream is what one agent tells of one node out of one spool; its observations
 * have ascending sequences.
 *
 *     take ─► core ─► rows ─┐                       ┌─► durable: acknowledge
 *       └─► how far it is ──┴─► one chunk ─► store ─┤
 *                                                   └─► given up: the stream goes back to what is durable, and is lost
 *
 * How far a stream is goes into the same transaction as the rows that brought it there, so after any end of the process
 * the store says what it has. What was not acknowledged is sent again; what is there already is dropped and counted.
 */
import type { Gap, Observation } from '@netstats/protocol'

export interface StreamId {
  readonly agent: string
  /** Name of the network that the node is in now. It follows the node, and does not tell one stream from another. */
  readonly network: string
  readonly node: string
  /** Sequences count within a spool. */
  readonly spool: string
}

export interface DeliveryStream extends StreamId {
  /** Sequence up to which the store has everything: the resume point, and what may be acknowledged. 0: nothing. */
  readonly durable: number
  /** Sequence up to which the core was told. */
  readonly applied: number
}

export interface DeliveryItem {
  readonly sequence: number
  readonly observation: Observation
}

export interface DeliveryBatch<I extends DeliveryItem = DeliveryItem> {
  /** Sequence of the observation before the first one in this stream. */
  readonly after: number
  /** Ascending. */
  readonly items: readonly I[]
  /** Sequence of the last line where that was none that can be used; else that of the last item. */
  readonly last?: number
  /** Sequence of the last observation that the agent's spool has let go of: what is missing up to it will never come. */
  readonly released: number
  /** How far the agent's clock is behind the server's, and by how much that may be wrong, milliseconds; for the list. */
  readonly clock?: { readonly offsetMs: number; readonly errorMs: number } | undefined
}

export type Take =
  /** `through` is applied now, and durable when `durable` says so. `duplicates` had been taken before. */
  | { readonly type: 'taken'; readonly through: number; readonly duplicates: number }
  /** Nothing of it was taken: too much waits for the store. */
  | { readonly type: 'busy'; readonly retryMs: number }
  /** Nothing of it was taken: something between `through` and the batch has not come. */
  | { readonly type: 'hole'; readonly through: number }

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
  /** Sequences that the agent's spool had let go of before they came here; not each has been an observation of the stream. */
  readonly holes: number
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
  readonly holes: number
  /** Batches that were not taken, by reason; streams that were told `lost`, let go, and not let in because there are too many. */
  readonly busy: number
  readonly refusedHoles: number
  readonly lost: number
  readonly forgotten: number
  readonly full: number
}

export interface Deliveries {
  /** False where nothing is kept: then an acknowledgement means that it was applied. */
  readonly durable: boolean
  /** Tell it once, before the first `open`. */
  listen(listener: DeliveryListener): void
  /**
   * The stream of a session that begins; undefined while it is not known what the store has of it, and where there are
   * too many streams: the agent has to come again later. A stream that is open already is the same one: a new session
   * takes it over. `network` is the name that the core gives the node.
   */
  open(id: StreamId, at: number): DeliveryStream | undefined
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
