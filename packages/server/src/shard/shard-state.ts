import type { BlockRecord } from './block-record.ts'
import { createBlockTree } from './tree-state.ts'
import type { BlockTree } from './tree-state.ts'
import { createDirtyTracker, markBlock, markBlockRemoved } from './dirty.ts'
import type { DirtyTracker } from './dirty.ts'
import type { Change } from './model.ts'
import type { NodeRecord } from './node-record.ts'
import type { CoreOptions } from './options.ts'
import { createReviews } from './reviews.ts'
import type { Reviews } from './reviews.ts'
import { giveUpSights } from './sighting.ts'

/** Live state of one network. The files beside this one are its functions; nobody outside the folder sees it. */
export interface Shard {
  readonly key: string
  readonly networkId: string | null
  genesis: string | null
  readonly options: CoreOptions
  readonly emit: (change: Change) => void
  readonly counts: ShardCounts
  readonly dirty: DirtyTracker
  readonly tree: BlockTree

  readonly nodes: Map<string, NodeRecord>
  readonly reviews: Reviews
  /** Inactive nodes, the longest inactive first. */
  readonly inactive: Set<NodeRecord>
  /** Until then no node is forgotten. */
  keepUntil: number
  readonly freeSlots: number[]
  slots: number
  /** Nodes by client family, and by family and version. */
  readonly clients: Map<string, number>
  readonly versions: Map<string, number>

  /** Blocks that are the latest of an active node that does not catch up, and how many such nodes there are. */
  readonly tips: Set<BlockRecord>
  voters: number
  /** Some tip is above the head and was not believed: look again when there is new evidence. */
  unsettled: boolean
  /** The head's last follower went back or to another chain: the next election need not keep it. */
  abandoned: boolean
  /** Since when no active node's chain leads to the head. */
  unsupportedSince: number | null

  /** Blocks whose single sights are kept, oldest first, and how many sights that are. */
  readonly sighted: Set<BlockRecord>
  sightings: number
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

export const createShardCounts = (): ShardCounts => ({
  inputs: 0,
  unknownNode: 0,
  unknownNetwork: 0,
  nodesRefused: 0,
  blocksBelowWindow: 0,
  blocksContradicting: 0,
  blocksDropped: 0,
  locateFailed: 0,
})

export interface ShardContext {
  readonly options: CoreOptions
  readonly emit: (change: Change) => void
  readonly counts: ShardCounts
}

export const createShard = (key: string, networkId: string | null, context: ShardContext): Shard => {
  const { options } = context
  const dirty = createDirtyTracker(options.windowHeights + options.maxSideBlocks + options.maxNodesPerNetwork)
  const shard: Shard = {
    key,
    networkId,
    genesis: null,
    options,
    emit: context.emit,
    counts: context.counts,
    dirty,
    tree: createBlockTree(options, {
      changed: (block) => markBlock(dirty, block),
      gone: (block) => {
        markBlockRemoved(dirty, block)
        giveUpSights(shard, block)
      },
      dropped: () => {
        context.counts.blocksDropped++
      },
    }),
    nodes: new Map(),
    reviews: createReviews(),
    inactive: new Set(),
    keepUntil: 0,
    freeSlots: [],
    slots: 0,
    clients: new Map(),
    versions: new Map(),
    tips: new Set(),
    voters: 0,
    unsettled: false,
    abandoned: false,
    unsupportedSince: null,
    sighted: new Set(),
    sightings: 0,
  }
  return shard
}
