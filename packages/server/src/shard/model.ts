/**
 * The seam between the pure core and everything that shows it. The core owns one shard per network; readers look at
 * rows through these interfaces and never change them.
 */
import type { NodeInfo, Observation, UnixMs } from '@netstats/protocol'
import type { BlockDetail, BlockRow, NetworkSummary, NodeRow } from '@netstats/protocol/feed'
import type { NetworkImage } from './image.ts'
import type { ObservedNode } from './observer.ts'

/**
 * `live`: it has just happened. `late`: it happened at `seenAt`, and older than what the live picture shows: it goes to the
 * history, and changes nothing that is live but the blocks that are known. `now`: it is so now, and comes again in its
 * order: it changes the live picture, and the history keeps only whose sight of a block it was.
 */
export type ObservationMode = 'live' | 'late' | 'now'

/** What the core is told. `at` is the server's clock at the border; the core reads no clock of its own. */
export type CoreInput =
  /** A session for a node began. The core finds its network from `info` and calls it active. */
  | {
      readonly type: 'connected'
      readonly at: UnixMs
      readonly node: string
      readonly info: NodeInfo
      readonly address: string | null
    }
  /**
   * Its session ended. Where a later session took over, tell this before that one's `connected`: there is one session a
   * node. What still arrives afterwards updates the row and does not call the node active.
   */
  | { readonly type: 'disconnected'; readonly at: UnixMs; readonly node: string; readonly network: string }
  | {
      readonly type: 'observation'
      readonly at: UnixMs
      readonly network: string
      readonly observation: Observation
      readonly mode?: ObservationMode | undefined
      /** When it happened, by the server's clock; not after `at`. What is absent or later counts as `at`. */
      readonly seenAt?: UnixMs | undefined
    }
  /** Round trip of a WebSocket ping. */
  | {
      readonly type: 'round-trip'
      readonly at: UnixMs
      readonly network: string
      readonly node: string
      readonly roundTripMs: number
    }
  /** The node's genesis was learned after login: it may belong to another network with the same id. */
  | {
      readonly type: 'genesis'
      readonly at: UnixMs
      readonly network: string
      readonly node: string
      readonly genesis: string
    }
  /** Time passes: time-outs, removal of long inactive nodes, windows. Sent every second. */
  | { readonly type: 'tick'; readonly at: UnixMs }

/** What the core concludes; for logs, later for alarms and the store. Rows that merely changed are in the dirty sets. */
export type Change =
  | { readonly type: 'network-added'; readonly at: UnixMs; readonly network: string }
  /** Its last node was forgotten or moved away. */
  | { readonly type: 'network-removed'; readonly at: UnixMs; readonly network: string }
  | { readonly type: 'node-added'; readonly at: UnixMs; readonly network: string; readonly node: string }
  | { readonly type: 'node-active'; readonly at: UnixMs; readonly network: string; readonly node: string }
  | {
      readonly type: 'node-inactive'
      readonly at: UnixMs
      readonly network: string
      readonly node: string
      readonly reason: 'disconnected' | 'silent' | 'reported'
    }
  | {
      readonly type: 'node-removed'
      readonly at: UnixMs
      readonly network: string
      readonly node: string
      readonly reason: 'expired' | 'moved' | 'limit'
    }
  | {
      readonly type: 'head'
      readonly at: UnixMs
      readonly network: string
      readonly number: number
      readonly hash: string
      readonly reorgDepth: number
    }

/** A set of names that is only looked at. */
export interface Names extends Iterable<string> {
  readonly size: number
  has(name: string): boolean
}

/**
 * Rows changed since the last `takeDirty`; a row is in one of the two sets of its kind. Each set is bounded by what the
 * network may hold: a reader that never came while more rows than that were removed misses the oldest removals.
 */
export interface Dirty {
  /** Where all changed, those there are when one looks. */
  readonly nodes: Names
  readonly allNodes: boolean
  readonly removedNodes: ReadonlySet<string>
  /** Hashes. */
  readonly blocks: ReadonlySet<string>
  readonly removedBlocks: ReadonlySet<string>
  readonly summary: boolean
}

/** One node's columns, found once for several of them. */
export type Cells = <C extends keyof NodeRow>(column: C) => NodeRow[C]

/** One network as readers see it. Rows are plain values made on demand; asking is O(1) unless it says otherwise. */
export interface NetworkView {
  readonly key: string
  readonly networkId: string | null
  readonly nodeCount: number
  nodeIds(): Iterable<string>
  node(id: string): NodeRow | undefined
  /** Value of one column without making the row: sorting and filtering touch many nodes. */
  column<C extends keyof NodeRow>(id: string, column: C): NodeRow[C] | undefined
  cells(id: string): Cells | undefined
  head(): BlockRow | undefined
  block(hash: string): BlockRow | undefined
  blockDetail(hash: string): BlockDetail | undefined
  /** Hashes known at a height, canonical first. */
  hashesAt(number: number): readonly string[]
  /** Newest first, at most `limit`, forks included. */
  blocks(limit: number): readonly BlockRow[]
  /** O(nodes); made at most once a tick by its callers. */
  summary(): NetworkSummary
  /** The same in pieces of work, for the caller to let others in between. */
  summarize(): Generator<void, NetworkSummary>
  /**
   * Heights below the head within the kept window that have no block on its chain: the newest `limit` of them, ascending;
   * what to ask history for.
   */
  missing(limit: number): readonly number[]
  /** What changed since the last call. One reader only: the feed hub. */
  takeDirty(): Dirty
}

/** What a node said of itself, and its totals since it was first seen, as the history keeps them. */
export interface NodeInventory {
  readonly info: NodeInfo
  /** Told at login or learned later. */
  readonly genesis: string | null
  readonly sessions: number
  /** Time spent active, up to the moment asked for. */
  readonly activeMs: number
}

/** What came back of a network. */
export interface Restored {
  readonly nodes: number
  readonly blocks: number
  /** Nodes the records call active: they are taken to have been so until they last spoke, `at`. */
  readonly lost: readonly LostNode[]
}

export interface LostNode {
  readonly node: string
  readonly at: number
  readonly sessions: number
  readonly activeMs: number
}

export interface Core {
  /**
   * Applies an input and gives the conclusions; never throws for any parsed input. A `node-info` observation that names
   * another network moves the node, as `genesis` may: ask `networkOf` again after either.
   */
  apply(input: CoreInput): readonly Change[]
  /**
   * Goes on with a network as it was before a restart: its nodes are known and inactive until they speak, and nothing is
   * concluded from that. In pieces of work, for the caller to let others in between; the network shows with the last of
   * them. A network that is live already keeps what is live and gains the rest, piece by piece. Within the limits of the
   * core; nothing comes back where its name, or its genesis, is another network's by now.
   */
  restore(image: NetworkImage, at: UnixMs): Generator<void, Restored>
  /** The node that the last input was about: of an observation or round trip, and while it is in its network. */
  readonly touched: ObservedNode | undefined
  /** Network a connected node is in; undefined for a node nobody announced. */
  networkOf(node: string, networkId: string | undefined): string | undefined
  networks(): readonly NetworkView[]
  network(key: string): NetworkView | undefined
  /** Undefined for a node nobody announced. */
  inventory(network: string, node: string, at: number): NodeInventory | undefined
  /** What was applied and what was left aside, since the start. O(networks). */
  counts(): CoreCounts
}

/** For the server's own metrics. All but the last three only grow. */
export interface CoreCounts {
  readonly inputs: number
  /** Observations for a node, or a network, that nobody announced. */
  readonly unknownNode: number
  readonly unknownNetwork: number
  /** Nodes refused because their network is full of active ones: `networkOf` does not know them. */
  readonly nodesRefused: number
  /** Back-filled blocks below the window; reports of a known hash with other facts; blocks given up at a bound. */
  readonly blocksBelowWindow: number
  readonly blocksContradicting: number
  readonly blocksDropped: number
  /** Look-ups of a place that failed. */
  readonly locateFailed: number
  readonly networks: number
  readonly nodes: number
  readonly blocks: number
}
