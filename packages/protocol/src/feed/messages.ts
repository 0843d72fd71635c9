/**
 * The feed: one WebSocket at `/feed`, text frames of JSON, one message a frame.
 *
 * A client subscribes to topics under ids of its own choosing; subscribing again under an id replaces what it stood
 * for (a scrolled window, another filter). Equal subscriptions of all clients share a channel on the server: a change is
 * encoded once. `seq` counts the changes of a channel without holes; a client that reconnects names the epoch, channel
 * and seq it last applied and gets the deltas it missed, or a new snapshot. A reader that can not keep up gets a
 * fresh snapshot instead of a queue (conflation), which shows as a snapshot with a later seq.
 */
import type { BlockDetail, BlockRow, MapPoint, NetworkSummary, NodeColumn, NodeRow } from './model.ts'

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

export type Topic =
  | { readonly topic: 'networks' }
  | { readonly topic: 'summary'; readonly network: string }
  | { readonly topic: 'nodes'; readonly network: string; readonly window: NodeWindow }
  | { readonly topic: 'node'; readonly network: string; readonly node: string }
  | { readonly topic: 'blocks'; readonly network: string; readonly limit: number }
  | { readonly topic: 'block'; readonly network: string; readonly hash: string }
  | { readonly topic: 'map'; readonly network: string }

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
  readonly map: { readonly points: readonly MapPoint[] }
}

/**
 * How a topic's state changes. `merge` replaces top-level fields (`networks` and `map` always send the whole list,
 * `summary`, `node` and `block` the fields that changed). `nodes` patches rows: absent order means the same order,
 * `rows` holds whole rows that came into view and changed fields of those in view; rows not in `order` are forgotten.
 * `blocks` puts `upsert` (by hash) into the list, newest number first, and cuts it at the limit.
 */
export interface TopicDelta {
  readonly networks: { readonly networks: readonly NetworkSummary[] }
  readonly summary: Partial<NetworkSummary>
  readonly nodes: {
    readonly total?: number
    readonly all?: number
    readonly order?: readonly string[]
    readonly rows: { readonly [id: string]: Partial<NodeRow> }
  }
  readonly node: Partial<NodeRow> | null
  readonly blocks: { readonly upsert: readonly BlockRow[]; readonly remove: readonly string[] }
  readonly block: Partial<BlockDetail> | null
  readonly map: { readonly points: readonly MapPoint[] }
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
  /** Sent every 5 s, so that silence means a lost connection. */
  | { readonly type: 'tick'; readonly at: number }
  | { readonly type: 'pong'; readonly clientTime: number; readonly serverTime: number }
  | { readonly type: 'error'; readonly id?: number; readonly code: string; readonly message: string }
