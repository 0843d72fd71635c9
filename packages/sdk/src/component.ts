import type { Block, BlockNumber, Kind, NodeId, NodeInfo, Observation } from '@netstats/protocol'
import type { z } from 'zod'
import type { Clock } from './clock.ts'
import type { Logger } from './logger.ts'
import type { StatusReporter } from './status.ts'

export interface ComponentContext {
  /** Component id, `source/ethereum.validator-1`; names it in logs, metrics and status. */
  readonly id: string
  readonly clock: Clock
  readonly log: Logger
  readonly status: StatusReporter
  /** Counts by name and label; names are `<noun>` only, the host adds `netstats_<part>_` and `_total`. */
  count(name: string, labels?: Readonly<Record<string, string>>, by?: number): void
}

export interface SourceContext extends ComponentContext {
  /**
   * Least time between two reports of a node's state that those who take them ask for, for now; 0: as configured. Blocks
   * and what else happens is told at once whatever it says.
   */
  paceMs(): number
}

/**
 * Produces observations of one node. `observe` runs until the signal aborts; it throws when it can not go on, and the
 * host opens a new one after a back-off. It mends by itself what it can: a node that restarts is no reason to throw.
 */
export interface Source extends AsyncDisposable {
  readonly node: NodeId
  observe(options: { signal: AbortSignal }): AsyncIterable<Observation>
  /** Blocks by number, ascending, missing ones left out. Absent where the source knows no blocks. */
  readonly blocks?: (numbers: readonly BlockNumber[], options: { signal: AbortSignal }) => Promise<readonly Block[]>
}

/** A place in the spool: strictly increasing per spool, never reused, also across restarts. */
export type Sequence = number

export interface SpooledObservation {
  readonly sequence: Sequence
  readonly observation: Observation
}

/** Observations in spool order. Never empty. */
export interface Batch {
  /** Id of the spool that its sequences count in: those of another spool mean nothing beside them. */
  readonly spool: string
  /** Sequence of the observation before the first one in this reader's stream; 0 where there was none in this spool. */
  readonly after: Sequence
  readonly items: readonly SpooledObservation[]
  /** Sequence of the last item: what the shipper commits when the batch is settled. */
  readonly last: Sequence
}

/**
 * What became of a batch. A sink never retries and never buffers: it says what happened, the shipper decides.
 * `delivered`: the peer has it as durably as its protocol can promise. `rejected`: never will be accepted (counted, skipped).
 * `retry`: not now; `through` names what was settled of it nevertheless, the rest comes again.
 */
export type Delivery =
  | { readonly status: 'delivered' }
  | { readonly status: 'rejected'; readonly reason: string }
  | { readonly status: 'retry'; readonly reason: string; readonly afterMs?: number; readonly through?: Sequence }

/**
 * Sends observations on. One `deliver` at a time, unless it has a window; it settles within the signal's lifetime and
 * keeps nothing of the batch afterwards. A sink that keeps a connection opens it in its factory's task or on first use
 * and mends it itself.
 */
export interface Sink extends AsyncDisposable {
  /**
   * For peers that acknowledge later: while fewer observations than this are unsettled another batch is handed over, in
   * the order of the spool. They are committed in that order too; when one asks for a retry those behind it are called
   * off and come again with it, whatever they say. It may change from one moment to the next. Absent: one batch at a time.
   */
  readonly window?: number
  deliver(batch: Batch, options: { signal: AbortSignal }): Promise<Delivery>
}

export interface SinkContext extends ComponentContext {
  /** Blocks of a watched node by number, for peers that ask for history; ascending, missing ones left out. */
  blocks(node: NodeId, numbers: readonly BlockNumber[], options: { signal: AbortSignal }): Promise<readonly Block[]>
  /**
   * What a watched node said of itself last; undefined before it said anything. For sinks that introduce the node: one
   * that is opened again has missed the observation.
   */
  info(node: NodeId): NodeInfo | undefined
  /**
   * The newest observation of each kind that the sources of a watched node made in this process; of alarms the newest
   * step of each, of blocks the newest head. For sinks that tell what is while older observations are on their way.
   */
  latest(node: NodeId): readonly Observation[]
  /** Asks the sources of a node to report its state no more often than this, until it asks otherwise; 0: as configured. */
  pace(node: NodeId, reportMs: number): void
  readonly spool: SpoolIdentity
}

/** What a sink may know of the spool its batches come from, besides what they say themselves. */
export interface SpoolIdentity {
  readonly id: string
  /** No observation has a higher sequence yet. */
  readonly last: Sequence
  /**
   * Makes the spool go on under a new id, if it still has this one: for a peer that has seen more of it than there is. A
   * copy that was put back would use sequences again that mean something else there.
   */
  renew(id: string): Promise<void>
}

/** A kind of source: its type name in configuration files, its schema, and how to open one. */
export interface SourceDefinition<Schema extends z.ZodType = z.ZodType> {
  readonly type: string
  readonly summary: string
  readonly config: Schema
  open(config: z.output<Schema>, context: SourceContext): Promise<Source>
}

export interface SinkDefinition<Schema extends z.ZodType = z.ZodType> {
  readonly type: string
  readonly summary: string
  readonly config: Schema
  /**
   * Kinds of observations its peer has a use for; absent: all. The host keeps the others away from it, and what no sink
   * wants out of the spool.
   */
  readonly kinds?: readonly Kind[]
  open(config: z.output<Schema>, context: SinkContext): Promise<Sink>
}

export const defineSource = <Schema extends z.ZodType>(
  definition: SourceDefinition<Schema>,
): SourceDefinition<Schema> => definition
export const defineSink = <Schema extends z.ZodType>(definition: SinkDefinition<Schema>): SinkDefinition<Schema> =>
  definition
