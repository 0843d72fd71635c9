/**
 * Propagation: who saw a block how long after its first sight, on the server's clock alone. A delay is measured only
 * where both ends are known: the block was first told of live, and the node was connected by then. A node that logs
 * in later, or tells of a height long past, says nothing about how fast blocks travel. An agent knows when it heard of a
 * block, by the server's clock: its word counts for when that was, whenever it comes.
 */
import { orderSights } from './block-record.ts'
import type { BlockRecord } from './block-record.ts'
import { historyHeights, setDelay } from './delay-ring.ts'
import type { NodeRecord } from './node-record.ts'
import { percentilesOf } from './percentile.ts'
import type { Shard } from './shard-state.ts'
import { canonicalAt } from './tree-state.ts'

/** When a sight happened, and how its delay is to be taken. */
export interface SightTime {
  readonly at: number
  /** Nobody but the server says so: should its clock step back, order of arrival still holds. */
  readonly isArrival: boolean
  /** It is told of later than what is live, by somebody who was there. */
  readonly isLate: boolean
}

/** Most sights that may be out of order before they are put in order. */
const maxUnordered = 512

/**
 * Notes a node's first report of a block that is no history. Gives the delay, null where it can not be measured. A sight
 * that is told of after the first one, and was before it, has none: what was measured against that stays as it is.
 */
export const sight = (shard: Shard, node: NodeRecord, block: BlockRecord, time: SightTime): number | null => {
  if (block.witnesses === 1) {
    block.arrivedAt = time.at
    block.firstNode = node.name
  }
  const { arrivedAt } = block
  if (arrivedAt === null || isCatchingUp(shard, node, block, arrivedAt, time)) return null
  const last = time.isArrival && block.delays.length > 0 ? (block.delays[block.delays.length - 1] ?? 0) : 0
  const delay = Math.max(Math.round(time.at - arrivedAt), last)
  if (!time.isLate) setDelay(node.ring, block.number, delay)
  if (block.kept === null && block.attached) keepSight(shard, block, node.id, delay)
  return delay
}

/** It was not there for the block, or had not come so far yet. */
const isCatchingUp = (
  shard: Shard,
  node: NodeRecord,
  block: BlockRecord,
  arrivedAt: number,
  time: SightTime,
): boolean => {
  const { tree } = shard
  if (!time.isLate)
    return node.connectedAt > arrivedAt || (tree.head !== null && block.number <= tree.head.number - historyHeights)
  // Where the head was then: it has gone on since.
  const above = canonicalAt(tree, block.number + historyHeights)?.arrivedAt ?? null
  return above !== null && above <= time.at
}

export const keepSight = (shard: Shard, block: BlockRecord, node: string, delay: number): void => {
  const { delays, seenBy } = block
  if (delays.length === 0) shard.sighted.add(block)
  const inOrder = block.ordered === delays.length && delay >= (delays[delays.length - 1] ?? 0)
  seenBy.push(node)
  delays.push(delay)
  if (inOrder) block.ordered++
  else if (delays.length - block.ordered > maxUnordered) orderSights(block)
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
  block.kept = percentilesOf(orderSights(block).delays)
  block.seenBy = []
  block.delays = []
  block.ordered = 0
}

/** Takes a node's sights out of a block, as if it had never spoken of it. */
export const unsight = (shard: Shard, block: BlockRecord, node: string): void => {
  const i = orderSights(block).seenBy.indexOf(node)
  if (i < 0) return
  block.seenBy.splice(i, 1)
  block.delays.splice(i, 1)
  block.ordered--
  shard.sightings--
}
