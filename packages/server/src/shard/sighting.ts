/**
 * Propagation: who saw a block how long after its first sight, on the server's clock alone. A delay is measured only
 * where both ends are known: the block was first told of live, and the node was connected by then. A node that logs
 * in later, or tells of a height long past, says nothing about how fast blocks travel.
 */
import type { BlockRecord } from './block-record.ts'
import { historyHeights, setDelay } from './delay-ring.ts'
import type { NodeRecord } from './node-record.ts'
import { percentilesOf } from './percentile.ts'
import type { Shard } from './shard-state.ts'

/** Notes a node's first live report of a block. Gives the delay, null where it can not be measured. */
export const sight = (shard: Shard, node: NodeRecord, block: BlockRecord, at: number): number | null => {
  if (block.witnesses === 1) {
    block.arrivedAt = at
    block.firstNode = node.name
  }
  const { arrivedAt } = block
  const { head } = shard.tree
  if (arrivedAt === null || node.connectedAt > arrivedAt) return null
  if (head !== null && block.number <= head.number - historyHeights) return null
  // Should the clock step back, order of arrival still holds.
  const last = block.delays.length === 0 ? 0 : (block.delays[block.delays.length - 1] ?? 0)
  const delay = Math.max(Math.round(at - arrivedAt), last)
  setDelay(node.ring, block.number, delay)
  if (block.kept === null && block.attached) keepSight(shard, block, node.id, delay)
  return delay
}

export const keepSight = (shard: Shard, block: BlockRecord, node: string, delay: number): void => {
  if (block.delays.length === 0) shard.sighted.add(block)
  block.seenBy.push(node)
  block.delays.push(delay)
  shard.sightings++
  while (shard.sightings > shard.options.maxSightings && shard.sighted.size > 0) giveUpOldest(shard)
}

const giveUpOldest = (shard: Shard): void => {
  for (const block of shard.sighted) {
    giveUpSights(shard, block)
    return
  }
}

/** Keeps what single sights add up to and lets go of them. */
export const giveUpSights = (shard: Shard, block: BlockRecord): void => {
  if (!shard.sighted.delete(block)) return
  shard.sightings -= block.delays.length
  block.kept = percentilesOf(block.delays)
  block.seenBy = []
  block.delays = []
}

/** Takes a node's sights out of a block, as if it had never spoken of it. */
export const unsight = (shard: Shard, block: BlockRecord, node: string): void => {
  const i = block.seenBy.indexOf(node)
  if (i < 0) return
  block.seenBy.splice(i, 1)
  block.delays.splice(i, 1)
  shard.sightings--
}
