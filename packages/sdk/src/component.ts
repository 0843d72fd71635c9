import type { Block, BlockNumber, Header, Kind, NodeId, NodeInfo, Observation } from '@netstats/protocol'
import type { z } from 'zod'
import type { Clock } from './clock.ts'
import type { Logger } from './logger.ts'
import type { Mapping } from './mapping.ts'
import type { Batch, Checkpointed, Sequence, SpoolReader } from './spool.ts'
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
   * Least time between two reports of a node's state that the sinks ask for at the moment; 0: as configured. Blocks and other
   * events are reported at once in any case.
   */
  paceMs(): number
  /**
   * What this source noted last with what it gave, by key: where it goes on after a restart. Its own words of an earlier
   * run, which it may not understand any more. Empty at first, and where the disk lost the notes.
   */
  checkpoints(): ReadonlyMap<string, string>
}

/** What a source gives at once. */
export type Observed = Observation | readonly (Observation | Checkpointed)[]

/** The observations in what a source gave. */
export const observationsIn = (given: Observed): readonly Observation[] =>
  'kind' in given ? [given] : given.flatMap((one) => ('checkpoint' in one ? one.observations : [one]))

/**
 * Produces observations of one node, one at a time or, where they come in crowds, several together: those go to disk at once.
 * It is asked for more when the disk has what it gave. `observe` runs until the signal aborts; it throws when it cannot go on,
 * and the host opens a new one after a back-off. It recovers from what it can: a node that restarts is no reason to throw.
 * What it gives with a checkpoint is on disk together with it or not at all, so that after any end it can go on exactly behind it.
 */
export interface Source extends AsyncDisposable {
  readonly node: NodeId
  observe(options: { signal: AbortSignal }): AsyncIterable<Observed>
  /** Blocks by number, ascending, missing ones left out. Absent where the source knows no blocks. */
  readonly blocks?: (numbers: readonly BlockNumber[], options: { signal: AbortSignal }) => Promise<readonly Block[]>
  /** Their headers, complete; none where the chain is not one of proof of authority. Absent where the source knows none. */
  readonly headers?: (numbers: readonly BlockNumber[], options: { signal: AbortSignal }) => Promise<readonly Header[]>
}

/**
 * What became of a batch. A sink never retries and never buffers: it says what happened, the shipper decides.
 * `delivered`: the peer has it as durably as its protocol can promise. `rejected`: never will be accepted (counted, skipped).
 * `retry`: not now; `through` names what was settled of it nevertheless, the rest comes again. Where the peer refused
 * some of what was settled for good, `refused` says how many of them: the host counts and tells them as rejected.
 */
export type Delivery =
  | { readonly status: 'delivered'; readonly refused?: Refused | undefined }
  | { readonly status: 'rejected'; readonly reason: string }
  | {
      readonly status: 'retry'
      readonly reason: string
      readonly afterMs?: number | undefined
      readonly through?: Sequence | undefined
      readonly refused?: Refused | undefined
    }

/** Observations of a batch that the peer will never accept. */
export interface Refused {
  readonly observations: number
  /** Of the last one. */
  readonly reason: string
}

/**
 * Sends observations on. One `deliver` at a time, unless it has a window; it settles within the signal's lifetime and
 * keeps nothing of the batch afterwards. A sink that keeps a connection opens it in its factory's task or on first use
 * and opens it again itself.
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

export interface SinkContext extends ComponentContext, Mapping {
  /** Blocks of a watched node by number, for peers that ask for history; ascending, missing ones left out. */
  blocks(node: NodeId, numbers: readonly BlockNumber[], options: { signal: AbortSignal }): Promise<readonly Block[]>
  /** Their headers, complete, for peers that follow who seals. */
  headers(node: NodeId, numbers: readonly BlockNumber[], options: { signal: AbortSignal }): Promise<readonly Header[]>
  /**
   * What a watched node said of itself last; undefined before it said anything. For sinks that introduce the node: one
   * that is opened again has missed the observation.
   */
  info(node: NodeId): NodeInfo | undefined
  /** Whether a source of this process watches the node itself: of others nobody will say which network they are on. */
  isWatched(node: NodeId): boolean
  /**
   * The newest observation of each kind that the sources of a watched node made in this process; of alarms the newest
   * step of each, of blocks the newest head. For sinks that tell what is while older observations are on their way.
   */
  latest(node: NodeId): readonly Observation[]
  /** Asks the sources of a node to report its state no more often than this, until it asks otherwise; 0: as configured. */
  pace(node: NodeId, reportMs: number): void
  readonly spool: SpoolIdentity
}

/** What a sink may know of the spool its batches come from, and of its own stream out of it, besides what they say themselves. */
export interface SpoolIdentity extends Pick<SpoolReader, 'at' | 'disown' | 'lives'> {
  readonly id: string
  /** No observation has a higher sequence yet. */
  readonly last: Sequence
}

/** What every component says of itself: its type name in configuration files, a sentence, and its options. */
export interface ComponentDefinition<Schema extends z.ZodType = z.ZodType> {
  /** Lower case letters, digits and dashes; no two components of a kind share one. */
  readonly type: string
  readonly summary: string
  /** A strict object. Samples, reference, checks and messages are made from it. The host owns the keys `type`, `name` and `node`. */
  readonly config: Schema
}

/** What the host adds to the options of a component that works for one node. */
export interface OneNode {
  readonly node: NodeId
}

export interface SourceDefinition<Schema extends z.ZodType = z.ZodType> extends ComponentDefinition<Schema> {
  /**
   * It watches a node of the network itself. Sources that name no node belong to the first such node, and each node has
   * one such source.
   */
  readonly watchesNode?: true
  open(config: z.output<Schema> & OneNode, context: SourceContext): Promise<Source>
}

interface AnySink<Schema extends z.ZodType> extends ComponentDefinition<Schema> {
  /**
   * Kinds of observations its peer has a use for; absent: all. The host keeps the others away from it, and what no sink
   * wants out of the spool.
   */
  readonly kinds?: readonly Kind[]
  /** What its entry says where it says nothing: fewer kinds than it can carry, smaller batches, a pause between them. */
  readonly usually?: SinkHabits
  /** It shows numbers, or labels alone, as `samples` and `labels` of its context give them: its entry takes `names` and `labels`. */
  readonly mapped?: boolean | 'labels'
  /** People read what it delivers: several alarms that one message tells of are one observation. Else each comes alone. */
  groupsAlarms?(config: z.output<Schema>): boolean
}

export interface SinkHabits {
  readonly kinds?: readonly Kind[]
  readonly batchSize?: number
  /** Least time between two batches, `1m`. */
  readonly every?: string
}

/** Opened once for each node, because its peer expects a connection or a login of each. */
export interface NodeSinkDefinition<Schema extends z.ZodType = z.ZodType> extends AnySink<Schema> {
  readonly nodes?: 'one'
  open(config: z.output<Schema> & OneNode, context: SinkContext): Promise<Sink>
}

/** Opened once, and given the observations of all nodes. */
export interface SharedSinkDefinition<Schema extends z.ZodType = z.ZodType> extends AnySink<Schema> {
  readonly nodes: 'all'
  open(config: z.output<Schema>, context: SinkContext): Promise<Sink>
}

export type SinkDefinition<Schema extends z.ZodType = z.ZodType> =
  | NodeSinkDefinition<Schema>
  | SharedSinkDefinition<Schema>

export const defineSource = <Schema extends z.ZodType>(
  definition: SourceDefinition<Schema>,
): SourceDefinition<Schema> => definition

export function defineSink<Schema extends z.ZodType>(definition: NodeSinkDefinition<Schema>): NodeSinkDefinition<Schema>
export function defineSink<Schema extends z.ZodType>(
  definition: SharedSinkDefinition<Schema>,
): SharedSinkDefinition<Schema>
export function defineSink(definition: SinkDefinition): SinkDefinition {
  return definition
}
