/**
 * The feed: one WebSocket at `/feed`, text frames of JSON, one message a frame.
 *
 * A client subscribes to topics under ids of its own choosing; subscribing again under an id replaces what it stood
 * for (a scrolled window, another filter). Equal subscriptions of all clients share a channel on the server: a change is
 * encoded once. `seq` counts the changes of a channel without holes; a client that reconnects names the epoch, channel
 * and seq it last applied and gets the deltas it missed, or a new snapshot. A reader that cannot keep up gets a
 * fresh snapshot instead of a queue (conflation), which shows as a snapshot with a later seq.
 */
import type { AlarmCounts, AlarmRecord, Verdict } from './alarms.ts'
import type { BlockDetail, BlockRow, LogLine, MapPoint, MetricValue, NetworkSummary, Series } from './model.ts'
import type { NodeColumn, NodeRow } from './node-columns.ts'

/** What part of the node table a client looks at. */
export interface NodeWindow {
  readonly sort: NodeColumn
  readonly descending: boolean
  /** Words all of which occur in name, id, client, contact, country…; `state:inactive`, `client:geth`, `behind:>2`. */
  readonly filter: string
  readonly offset: number
  readonly limit: number
  /** Ids that stay on top in this order, whatever sort, filter and offset say; at most 50. */
  readonly pinned: readonly string[]
}

/** Which lines of a log a client looks at: all conditions hold. */
export interface LogFilter {
  /** Only of this node. */
  readonly node?: string
  /** This severe or more, as in RFC 5424: 3 is errors and worse. */
  readonly severity?: number
  /** Found anywhere in the message or the fields, in upper or lower case. */
  readonly text?: string
  readonly source?: string
  readonly component?: string
}

export type Topic =
  | { readonly topic: 'networks' }
  | { readonly topic: 'summary'; readonly network: string }
  | { readonly topic: 'nodes'; readonly network: string; readonly window: NodeWindow }
  | { readonly topic: 'node'; readonly network: string; readonly node: string }
  | { readonly topic: 'blocks'; readonly network: string; readonly limit: number }
  | { readonly topic: 'block'; readonly network: string; readonly hash: string }
  | { readonly topic: 'map'; readonly network: string }
  | { readonly topic: 'logs'; readonly network: string; readonly filter: LogFilter; readonly limit: number }
  | { readonly topic: 'metrics'; readonly network: string; readonly node: string }
  /** Without a network: those of all networks, and of the server. */
  | { readonly topic: 'alarms'; readonly network?: string; readonly limit: number }

export interface Resume {
  readonly epoch: string
  readonly channel: number
  readonly seq: number
}

export type FeedRequest =
  | ({ readonly type: 'subscribe'; readonly id: number; readonly resume?: Resume } & Topic)
  | { readonly type: 'unsubscribe'; readonly id: number }
  | { readonly type: 'ping'; readonly clientTime: number }

/** State of each topic; a snapshot carries it whole. */
export interface TopicData {
  readonly networks: { readonly networks: readonly NetworkSummary[] }
  readonly summary: NetworkSummary
  readonly nodes: {
    /** Rows that match the filter, and rows in all. */
    readonly total: number
    readonly all: number
    /** Ids in order: pinned first, then the window. */
    readonly order: readonly string[]
    readonly rows: { readonly [id: string]: NodeRow }
  }
  readonly node: NodeRow | null
  /** Newest first. */
  readonly blocks: { readonly blocks: readonly BlockRow[] }
  readonly block: BlockDetail | null
  /** Ascending by id; nodes whose place is known. */
  readonly map: { readonly points: readonly MapPoint[] }
  /** The newest lines that match, in the order they came. */
  readonly logs: { readonly lines: readonly LogLine[] }
  /** Newest values since the server started, by the names of the history; `omitted` counts metrics beyond the bound. */
  readonly metrics: { readonly values: Readonly<Record<string, MetricValue>>; readonly omitted: number }
  readonly alarms: {
    /** Open ones, the worst first: those that need somebody before those that somebody has, or that nobody is notified of. */
    readonly alarms: readonly AlarmRecord[]
    /** Open alarms in all, symptoms included. */
    readonly total: number
    readonly counts: AlarmCounts
    /** By network. */
    readonly verdicts: Readonly<Record<string, Verdict>>
  }
}

/** Fields that changed; `series` holds only those of its lists that changed. */
export type SummaryDelta = Omit<Partial<NetworkSummary>, 'series'> & { readonly series?: Partial<Series> }

/**
 * Fields of a row that changed. `propagation` moves by one with every block; `propagationMoved` says so in few bytes:
 * the list after is `keep` values of the list before, from `drop` on, and `add` behind them.
 */
export type RowDelta = Partial<NodeRow> & {
  readonly propagationMoved?: { readonly drop: number; readonly keep: number; readonly add: readonly number[] }
}

/**
 * How a topic's state changes; `applyDelta` in `client-state.ts` is the reference. `summary`, `node` and `block` hold
 * the top-level fields that changed (all of them where there was nothing before; `null` where there is nothing now).
 * `nodes` and `networks` patch entries: absent order means the same order, an entry that came into view is whole, an
 * entry not in `order` is forgotten. `blocks` and `map` put and remove entries by hash and by id. `logs` drops the first
 * lines and puts others behind the last; `metrics` puts and removes values by name. `alarms` are whole where they changed,
 * and forgotten where `order` does not name them; a verdict that is null is removed.
 */
export interface TopicDelta {
  readonly networks: {
    readonly order?: readonly string[]
    readonly networks: { readonly [key: string]: SummaryDelta }
  }
  readonly summary: SummaryDelta
  readonly nodes: {
    readonly total?: number
    readonly all?: number
    readonly order?: readonly string[]
    readonly rows: { readonly [id: string]: RowDelta }
  }
  readonly node: RowDelta | null
  readonly blocks: { readonly upsert: readonly BlockRow[]; readonly remove: readonly string[] }
  /** `seen` is put at the end of `seenBy`: a block that still travels does not repeat who had it. */
  readonly block: (Partial<BlockDetail> & { readonly seen?: BlockDetail['seenBy'] }) | null
  readonly map: { readonly upsert: readonly MapPoint[]; readonly remove: readonly string[] }
  readonly logs: { readonly drop: number; readonly add: readonly LogLine[] }
  readonly metrics: {
    readonly values: Readonly<Record<string, MetricValue>>
    readonly remove: readonly string[]
    readonly omitted: number
  }
  readonly alarms: {
    /** Ids; absent where they and their order are the same. */
    readonly order?: readonly string[]
    readonly alarms: readonly AlarmRecord[]
    readonly total: number
    readonly counts: AlarmCounts
    readonly verdicts: Readonly<Record<string, Verdict | null>>
  }
}

export type TopicName = keyof TopicData

export type FeedMessage =
  | {
      readonly type: 'welcome'
      readonly feed: 1
      readonly epoch: string
      readonly serverTime: number
      readonly version: string
    }
  | {
      readonly [T in TopicName]: {
        readonly type: 'snapshot'
        readonly id: number
        readonly topic: T
        readonly channel: number
        readonly seq: number
        readonly at: number
        readonly data: TopicData[T]
      }
    }[TopicName]
  | {
      readonly [T in TopicName]: {
        readonly type: 'delta'
        readonly topic: T
        readonly channel: number
        readonly seq: number
        readonly at: number
        readonly data: TopicDelta[T]
      }
    }[TopicName]
  /** The resume point was good: the deltas after `seq` follow, if there are any. */
  | {
      readonly type: 'resumed'
      readonly id: number
      readonly topic: TopicName
      readonly channel: number
      readonly seq: number
      readonly at: number
    }
  /** Sent every 5 s, so that silence means a lost connection. */
  | { readonly type: 'tick'; readonly at: number }
  | { readonly type: 'pong'; readonly clientTime: number; readonly serverTime: number }
  /** `position` (from 0, in the filter's text) and `expected` where a filter could not be read. */
  | {
      readonly type: 'error'
      readonly id?: number
      readonly code: string
      readonly message: string
      readonly position?: number
      readonly expected?: string
    }
