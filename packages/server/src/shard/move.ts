import type { UnixMs } from '@netstats/protocol'
import type { BlockRecord } from './block-record.ts'
import { attach } from './block-tree.ts'
import { addWitness, copyBlock, welcomeBack } from './block-record.ts'
import { considerBlock } from './head.ts'
import type { NodeRecord } from './node-record.ts'
import { connectNode, disconnectNode, removeNode } from './node-table.ts'
import type { Shard } from './shard-state.ts'
import { leave, moveTo, stand } from './standing.ts'

/** Takes a node, with what it said and what is known of its past, from one network to another. */
export const moveNode = (from: Shard, to: Shard, node: NodeRecord, at: UnixMs): void => {
  const { block } = node
  const active = node.state === 'active' ? Math.max(0, at - node.stateSince) : 0
  removeNode(from, node, 'moved', at)
  const known = to.nodes.has(node.id)
  const moved = connectNode(to, node.id, node.info, node.address, at)
  if (moved === undefined) return
  moved.connectedAt = node.connectedAt
  moved.lastSeenAt = node.lastSeenAt
  if (!known) {
    moved.firstSeenAt = node.firstSeenAt
    moved.activeMs = node.activeMs + active
    moved.sessions = node.sessions
  }
  carryOver(to, node, moved)
  if (block !== null) carryBlock(to, moved, block, node.blockAt, at)
  if (!node.connected) disconnectNode(to, moved, at)
}

/** What it last said; a node speaks of some of it only at an interval. */
const carryOver = (to: Shard, node: NodeRecord, moved: NodeRecord): void => {
  leave(to, moved)
  moved.syncing = node.syncing
  stand(to, moved)
  moved.mining = node.mining
  moved.hashrate = node.hashrate
  moved.peers = node.peers
  moved.pending = node.pending
  moved.latencyMs = node.latencyMs
  moved.roundTripMs = node.roundTripMs
  moved.gasPriceWei = node.gasPriceWei
  moved.gasPriceNumber = node.gasPriceNumber
  moved.totalDifficultyWei = node.totalDifficultyWei
  moved.reportedUptime = node.reportedUptime
}

// An idle chain has no next block to tell of: the latest comes along. Its first sight was in another company.
const carryBlock = (to: Shard, moved: NodeRecord, block: BlockRecord, blockAt: number | null, at: UnixMs): void => {
  let copy = to.tree.byHash.get(block.hash)
  if (copy === undefined) {
    copy = copyBlock(block)
    if (attach(to.tree, copy)) to.options.observer?.blockAdded(to.key, moved, copy, at, at)
    to.tree.byHash.set(copy.hash, copy)
  }
  if (!welcomeBack(copy, moved.id, moved.slot, to.slots)) addWitness(copy, moved.slot, to.slots)
  if (copy.attached) to.tree.observer.changed(copy)
  moved.propagationMs = null
  moveTo(to, moved, copy)
  moved.blockAt = blockAt
  considerBlock(to, copy, null, true, at)
}
