/**
 * The head of a chain nobody may be left to vote on: the highest height with a block that was settled, or that two
 * nodes reported; from there up along children that nobody settled otherwise. Where there is no such block, the highest.
 */
import { hasReported } from '../blocks/block-record.ts'
import type { BlockRecord } from '../blocks/block-record.ts'
import type { NodeRecord } from '../nodes/node-record.ts'
import type { Shard } from '../shard-state.ts'
import type { BlockTree } from '../blocks/tree-state.ts'

/** As far as the head rule follows a chain that a single node reports. */
const maxSteps = 64

/** `beside` are blocks that were settled as not on the chain. */
export const likelyHead = (tree: BlockTree, beside: ReadonlySet<BlockRecord>): BlockRecord | undefined => {
  const heights = [...tree.heights.keys()].sort((a, b) => b - a)
  const top = pick(tree, heights, (block) => !beside.has(block) && (block.canonical || block.reporters >= 2))
  if (top === undefined)
    return pick(tree, heights, (block) => block.firstSeenAt !== null) ?? pick(tree, heights, () => true)
  let head = top
  for (let step = 0; step < maxSteps; step++) {
    const above = tree.heights.get(head.number + 1) ?? []
    const children = above.filter((block) => block.parent === head && !beside.has(block))
    const child = children.reduce<BlockRecord | undefined>(earlier, undefined)
    if (child === undefined) break
    head = child
  }
  return head
}

const pick = (
  tree: BlockTree,
  heights: readonly number[],
  fits: (block: BlockRecord) => boolean,
): BlockRecord | undefined => {
  for (const height of heights) {
    const found = (tree.heights.get(height) ?? []).filter(fits).reduce<BlockRecord | undefined>(earlier, undefined)
    if (found !== undefined) return found
  }
  return undefined
}

const firstSeen = (block: BlockRecord): number => block.firstSeenAt ?? Infinity

/** Settled ones first, then as the head rule prefers: who came first stays. */
const earlier = (a: BlockRecord | undefined, b: BlockRecord): BlockRecord => {
  if (a === undefined) return b
  if (a.canonical !== b.canonical) return a.canonical ? a : b
  if (firstSeen(a) !== firstSeen(b)) return firstSeen(a) < firstSeen(b) ? a : b
  return a.hash <= b.hash ? a : b
}

/**
 * A head without votes stands as long as a live one would: while a chain leads to it, or for a while, unless the last who
 * left it went back rather than away.
 */
export const isKept = (shard: Shard, head: BlockRecord, at: number): boolean => {
  let lastAway = -1
  let lastBack = -1
  for (const node of shard.nodes.values()) {
    const { block, blockAt } = node
    if (block === head) lastAway = Math.max(lastAway, node.state === 'active' ? (blockAt ?? 0) : node.stateSince)
    else if (block !== null && block.number <= head.number && hasVote(node) && hasReported(head, node.slot))
      lastBack = Math.max(lastBack, blockAt ?? 0)
  }
  if (lastAway < 0 || lastBack > lastAway) return false
  for (const candidate of shard.candidates) if (candidate.canonical) return true
  return at - lastAway < shard.options.headGraceMs
}

const hasVote = (node: NodeRecord): boolean => node.state === 'active' && node.syncing !== true
