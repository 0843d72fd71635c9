import type { UnixMs } from '@netstats/protocol'
import type { BlockRecord } from '../blocks/block-record.ts'
import { attach } from '../blocks/block-tree.ts'
import { addReporter, copyBlock, restoreReporter } from '../blocks/block-record.ts'
import { considerBlock } from '../head.ts'
import type { NodeRecord } from './node-record.ts'
import { deactivate } from './activity.ts'
import { connectNode, disconnectNode, removeNode } from './node-table.ts'
import type { Shard } from '../shard-state.ts'
import { leaveHead, setNodeHead, joinHead } from './node-heads.ts'

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
  moved.follows = node.follows
  if (!known) {
    moved.firstSeenAt = node.firstSeenAt
    moved.activeMs = node.activeMs + active
    moved.sessions = node.sessions
  }
  carryOver(to, node, moved)
  if (block !== null) carryBlock(to, moved, block, node.blockAt, at)
  if (node.connected) return
  disconnectNode(to, moved, at)
  // What was inactive is so in its new network too.
  if (node.state === 'inactive') deactivate(to, moved, 'disconnected', at)
}

/** What it last said; a node speaks of some of it only at an interval. */
const carryOver = (to: Shard, node: NodeRecord, moved: NodeRecord): void => {
  leaveHead(to, moved)
  moved.syncing = node.syncing
  joinHead(to, moved)
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
  moved.polled = node.polled
}

// An idle chain has no next block to tell of: the latest comes along. Its first report was in another company.
const carryBlock = (to: Shard, moved: NodeRecord, block: BlockRecord, blockAt: number | null, at: UnixMs): void => {
  let copy = to.tree.byHash.get(block.hash)
  if (copy === undefined) {
    copy = copyBlock(block)
    if (attach(to.tree, copy))
      to.applied.block({ type: 'block-attached', network: to.key, node: moved, block: copy, seenAt: at })
    to.tree.byHash.set(copy.hash, copy)
  }
  if (!restoreReporter(copy, moved.id, moved.slot, to.slots)) addReporter(copy, moved.slot, to.slots)
  if (copy.attached) to.tree.listener.changed(copy)
  moved.propagationMs = null
  setNodeHead(to, moved, copy)
  moved.blockAt = blockAt
  considerBlock(to, copy, null, true, at)
}
