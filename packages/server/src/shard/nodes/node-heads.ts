/**
 * Which blocks nodes stand on. Counters on the blocks follow every change of a node's latest block, state or sync
 * flag, so that the head rule never has to look at nodes.
 */
import type { BlockRecord } from '../blocks/block-record.ts'
import { retain } from '../blocks/block-tree.ts'
import type { NodeRecord } from './node-record.ts'
import type { Shard } from '../shard-state.ts'

/** A node that says it catches up is no reporter for where the network is. */
const votes = (node: NodeRecord): boolean => node.syncing !== true

/** Call before a node's block, state or sync flag changes, and `joinHead` after it. */
export const leaveHead = (shard: Shard, node: NodeRecord): void => {
  const { block } = node
  if (block === null || node.state !== 'active') return
  block.followers--
  if (!votes(node)) return
  shard.voters--
  if (--block.votes === 0) shard.candidates.delete(block)
}

export const joinHead = (shard: Shard, node: NodeRecord): void => {
  const { block } = node
  if (block === null || node.state !== 'active') return
  block.followers++
  if (!votes(node)) return
  shard.voters++
  if (block.votes++ === 0) shard.candidates.add(block)
}

/** Gives a node another latest block. The old one is released where only this node referred to it. */
export const setNodeHead = (shard: Shard, node: NodeRecord, block: BlockRecord | null): void => {
  const old = node.block
  if (old === block) return
  leaveHead(shard, node)
  node.block = block
  if (block !== null) block.refs++
  joinHead(shard, node)
  if (old !== null) {
    old.refs--
    retain(shard.tree, old)
  }
}
