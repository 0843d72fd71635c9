import type { AppliedCollector } from './applied.ts'
import type { BlockRecord } from './blocks/block-record.ts'
import type { BlockTree } from './blocks/tree-state.ts'
import type { ChangeTracker } from './change-set.ts'
import type { NodeRecord } from './nodes/node-record.ts'
import type { CoreOptions } from './options.ts'
import type { Timeouts } from './timeouts.ts'

/** Where a shard says what it concludes. */
export type ShardEvents = Pick<AppliedCollector, 'change' | 'block' | 'report'>

/** A move over blocks that are not known yet. */
export interface NodeMove {
  readonly from: BlockRecord
  readonly to: BlockRecord
}

/** Blocks of a split that active nodes stand on. */
export interface Branch {
  /** Its lowest block; of the head's chain the first one above where the others left it. */
  readonly root: BlockRecord
  /** The highest block a node stands on, and how many stand on the branch. */
  tip: BlockRecord
  votes: number
}

export interface Split {
  /** When it was looked for. */
  readonly at: number
  /** When the second branch began. */
  readonly since: number
  /** The last block all have in common. */
  readonly number: number
  /** That of the head first. */
  readonly branches: readonly Branch[]
}

/** Live state of one network. The files beside this one are its functions; nobody outside the folder sees it. */
export interface Shard {
  readonly key: string
  readonly networkId: string | null
  genesis: string | null
  readonly options: CoreOptions
  readonly applied: ShardEvents
  readonly counts: ShardCounts
  readonly changeSet: ChangeTracker
  readonly tree: BlockTree

  readonly nodes: Map<string, NodeRecord>
  readonly timeouts: Timeouts
  /** Active nodes whose session ended a moment ago, the first first. */
  readonly leaving: Set<NodeRecord>
  /** Inactive nodes, the longest inactive first. */
  readonly inactive: Set<NodeRecord>
  /** Until then no node is forgotten. */
  keepUntil: number
  /** When it was last looked for nodes that others have replaced. */
  replacedAt: number
  readonly freeSlots: number[]
  slots: number
  /** Nodes by client family, and by family and version. */
  readonly clients: Map<string, number>
  readonly versions: Map<string, number>

  /** Blocks that are the latest of an active node that does not catch up, and how many such nodes there are. */
  readonly candidates: Set<BlockRecord>
  voters: number
  /** Some candidate is above the head and was not believed: look again when there is new evidence. */
  unsettled: boolean
  /** The head's last follower went back or to another chain: the next election need not keep it. */
  abandoned: boolean
  /** Since when no active node's chain leads to the head. */
  unsupportedSince: number | null

  /** Reorganisations: blocks that nodes left for other ones. */
  reorgs: number
  deepestReorg: number
  /** Moves of nodes of which it is not known yet whether they left a branch, oldest first. */
  readonly unresolvedMoves: Set<NodeMove>
  /** Nodes stand on different branches; null while they do not. */
  split: Split | null

  /** Blocks whose single first-seen records are kept, oldest first, and how many sights that are. */
  readonly firstSeenBlocks: Set<BlockRecord>
  firstSeenCount: number
}

/** What the core left aside, by reason. Numbers only grow. */
export interface ShardCounts {
  inputs: number
  /** Observations and round trips for a node or a network nobody announced. */
  unknownNode: number
  unknownNetwork: number
  /** Nodes refused because their network is full of active ones. */
  nodesRefused: number
  /** Back-filled blocks below the window, and reports of a known hash with other facts. */
  blocksBelowWindow: number
  blocksContradicting: number
  /** Blocks given up at a bound of the tree. */
  blocksDropped: number
  /** The address look-up failed. */
  locateFailed: number
}
