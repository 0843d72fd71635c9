/**
 * The seam between the pure core and everything that shows it. The core owns one shard per network; readers look at
 * rows through these interfaces and never change them.
 */
import type { UnixMs } from '@netstats/protocol'
import type { BlockDetail, BlockRow, NetworkSummary, NodeRow } from '@netstats/protocol/feed'
import type { NetworkSnapshot } from './snapshot/network-snapshot.ts'
import type { Applied, CoreNode } from './applied.ts'
import type { ChangeSet } from './change-set.ts'
import type { CoreInput } from './inputs.ts'

/** One node's columns, found once for several of them. */
export type Cells = <C extends keyof NodeRow>(column: C) => NodeRow[C]

/** One network as readers see it. Rows are plain values made on demand; asking is O(1) unless it says otherwise. */
export interface NetworkView {
  readonly key: string
  readonly networkId: string | null
  readonly nodeCount: number
  nodeIds(): Iterable<string>
  node(id: string): NodeRow | undefined
  /** The node as the core has it: the same object as long as it is in this network. */
  record(id: string): CoreNode | undefined
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
  /** The head's chain is another than was assumed, from a height on that is not found yet: what is missing is wanted soon. */
  readonly inDoubt: boolean
  /** What changed since the last call. One reader only: the feed hub. */
  takeChangeSet(): ChangeSet
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
   * Applies an input and says what it did; never throws for any parsed input. What is given is read before the next one. A
   * `node-info` observation that names another network moves the node, as `genesis` may: ask `networkOf` again after either.
   */
  apply(input: CoreInput): Applied
  /**
   * Goes on with a network as it was before a restart: its nodes are known and inactive until they speak, and nothing is
   * concluded from that. In pieces of work, for the caller to let others in between; the network shows with the last of
   * them. A network that is live already keeps what is live and gains the rest, piece by piece. Within the limits of the
   * core; nothing comes back where its name, or its genesis, is another network's by now.
   */
  restore(image: NetworkSnapshot, at: UnixMs): Generator<void, Restored>
  /** Network a connected node is in; undefined for a node nobody announced. */
  networkOf(node: string, networkId: string | undefined): string | undefined
  networks(): readonly NetworkView[]
  network(key: string): NetworkView | undefined
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
