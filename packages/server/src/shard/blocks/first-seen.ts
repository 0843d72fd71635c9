/**
 * Propagation: who saw a block how long after its first report, on the server's clock alone. A delay is measured only
 * where both ends are known: the block was first reported live, and the node was connected by then. A node that logs
 * in later, or tells of a height long past, says nothing about how fast blocks travel. An agent knows when it heard of a
 * block, by the server's clock: its word counts for when that was, whenever it comes.
 */
import { arrivalOf } from './arrival.ts'
import { orderDelays } from './block-record.ts'
import type { BlockRecord } from './block-record.ts'
import { historyHeights, setDelay } from './delay-ring.ts'
import type { NodeRecord } from '../nodes/node-record.ts'
import { percentilesOf } from '../../lib/percentile.ts'
import type { Shard } from '../shard-state.ts'
import { canonicalAt } from './tree-state.ts'

/** When a sight happened, and how its delay is to be taken. */
export interface SeenTime {
  readonly at: number
  /** Nobody but the server says so: should its clock step back, order of arrival still holds. */
  readonly isArrival: boolean
  /** It is reported later than what is live, by somebody who was there. */
  readonly isReplayed: boolean
  /** The node was asked for its head, and may have had the block for as long as the time between two questions. */
  readonly isPolled?: boolean
}

/** Most sights that may be out of order before they are put in order. */
const maxUnordered = 512

/**
 * Notes a node's first report of a block that is no history. Gives the delay, null where it cannot be measured. A sight
 * that is reported after the first one, and was before it, has none: what was measured against that stays as it is.
 */
export const recordFirstSeen = (shard: Shard, node: NodeRecord, block: BlockRecord, time: SeenTime): number | null => {
  if (block.reporters === 1) {
    block.firstSeenAt = time.at
    block.arrivedAt = node.follows && node.syncing !== true ? time.at : arrivalOf(block, time.at)
    block.firstNode = node.name
  }
  node.follows = true
  const { firstSeenAt } = block
  if (firstSeenAt === null || time.isPolled === true || isCatchingUp(shard, node, block, firstSeenAt, time)) return null
  const last = time.isArrival && block.delays.length > 0 ? (block.delays[block.delays.length - 1] ?? 0) : 0
  const delay = Math.max(Math.round(time.at - firstSeenAt), last)
  if (!time.isReplayed) setDelay(node.ring, block.number, delay)
  if (block.percentiles === null && block.attached) keepFirstSeen(shard, block, node.id, delay)
  return delay
}

/** It was not there for the block, or had not come so far yet. */
const isCatchingUp = (
  shard: Shard,
  node: NodeRecord,
  block: BlockRecord,
  firstSeenAt: number,
  time: SeenTime,
): boolean => {
  const { tree } = shard
  if (!time.isReplayed)
    return node.connectedAt > firstSeenAt || (tree.head !== null && block.number <= tree.head.number - historyHeights)
  // Where the head was then: it has gone on since.
  const above = canonicalAt(tree, block.number + historyHeights)?.firstSeenAt ?? null
  return above !== null && above <= time.at
}

export const keepFirstSeen = (shard: Shard, block: BlockRecord, node: string, delay: number): void => {
  const { delays, seenBy } = block
  if (delays.length === 0) shard.firstSeenBlocks.add(block)
  const inOrder = block.ordered === delays.length && delay >= (delays[delays.length - 1] ?? 0)
  seenBy.push(node)
  delays.push(delay)
  if (inOrder) block.ordered++
  else if (delays.length - block.ordered > maxUnordered) orderDelays(block)
  shard.firstSeenCount++
  while (shard.firstSeenCount > shard.options.maxFirstSeen && shard.firstSeenBlocks.size > 0) condenseOldest(shard)
}

const condenseOldest = (shard: Shard): void => {
  for (const block of shard.firstSeenBlocks) {
    condenseFirstSeen(shard, block)
    return
  }
}

/** Keeps what single first-seen records add up to and releases them. */
export const condenseFirstSeen = (shard: Shard, block: BlockRecord): void => {
  if (!shard.firstSeenBlocks.delete(block)) return
  shard.firstSeenCount -= block.delays.length
  block.percentiles = percentilesOf(orderDelays(block).delays)
  block.seenBy = []
  block.delays = []
  block.ordered = 0
}

/** Takes a node's sights out of a block, as if it had never spoken of it. */
export const removeFirstSeen = (shard: Shard, block: BlockRecord, node: string): void => {
  const i = orderDelays(block).seenBy.indexOf(node)
  if (i < 0) return
  block.seenBy.splice(i, 1)
  block.delays.splice(i, 1)
  block.ordered--
  shard.firstSeenCount--
}
