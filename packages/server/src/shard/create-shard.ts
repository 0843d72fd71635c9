import { condenseFirstSeen } from './blocks/first-seen.ts'
import { createBlockTree } from './blocks/tree-state.ts'
import { createChangeTracker, markBlock, markBlockRemoved } from './change-set.ts'
import type { CoreOptions } from './options.ts'
import type { Shard, ShardCounts, ShardEvents } from './shard-state.ts'
import { createTimeouts } from './timeouts.ts'

export interface ShardContext {
  readonly options: CoreOptions
  readonly applied: ShardEvents
  readonly counts: ShardCounts
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

export const createShard = (key: string, networkId: string | null, context: ShardContext): Shard => {
  const { options } = context
  const changeSet = createChangeTracker(options.windowHeights + options.maxSideBlocks + options.maxNodesPerNetwork)
  const shard: Shard = {
    key,
    networkId,
    genesis: null,
    options,
    applied: context.applied,
    counts: context.counts,
    changeSet,
    tree: createBlockTree(options, {
      changed: (block) => markBlock(changeSet, block),
      canonicalChanged(block) {
        markBlock(changeSet, block)
        context.applied.block({ type: 'canonical-changed', network: key, block })
      },
      gone: (block) => {
        markBlockRemoved(changeSet, block)
        condenseFirstSeen(shard, block)
      },
      dropped: () => {
        context.counts.blocksDropped++
      },
    }),
    nodes: new Map(),
    timeouts: createTimeouts(),
    leaving: new Set(),
    inactive: new Set(),
    keepUntil: 0,
    replacedAt: 0,
    freeSlots: [],
    slots: 0,
    clients: new Map(),
    versions: new Map(),
    candidates: new Set(),
    voters: 0,
    unsettled: false,
    abandoned: false,
    unsupportedSince: null,
    reorgs: 0,
    deepestReorg: 0,
    unresolvedMoves: new Set(),
    split: null,
    firstSeenBlocks: new Set(),
    firstSeenCount: 0,
  }
  return shard
}
