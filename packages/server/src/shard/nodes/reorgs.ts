/**
 * Reorganisations, as nodes have them: a node that stood on one branch stands on another. What the server takes for the head
 * has no part in it: while nodes are split it goes from one branch to the other, and nobody has moved.
 *
 * Many nodes leave a branch, one after the other: that is one reorganisation. It is counted where both sides can be
 * believed, so that a single node cannot make them up.
 */
import type { UnixMs } from '@netstats/protocol'
import type { BlockRecord } from '../blocks/block-record.ts'
import type { NodeRecord } from './node-record.ts'
import type { NodeMove, Shard } from '../shard-state.ts'

type Relation =
  | { readonly kind: 'ahead' | 'behind' | 'unknown' }
  /** The lowest block of each branch. */
  | { readonly kind: 'branched'; readonly left: BlockRecord; readonly joined: BlockRecord }

/** All nodes make the same few. */
const maxUnresolved = 16

const relationOf = (from: BlockRecord, to: BlockRecord): Relation => {
  let left = from
  let joined = to
  while (joined.number > left.number) {
    if (joined.parent === null) return { kind: 'unknown' }
    joined = joined.parent
  }
  if (joined === left) return { kind: 'ahead' }
  while (left.number > joined.number) {
    if (left.parent === null) return { kind: 'unknown' }
    left = left.parent
  }
  if (joined === left) return { kind: 'behind' }
  while (left.parent !== joined.parent) {
    if (left.parent === null || joined.parent === null) return { kind: 'unknown' }
    left = left.parent
    joined = joined.parent
  }
  return left.parent === null ? { kind: 'unknown' } : { kind: 'branched', left, joined }
}

/** A node has gone on from `old` to where it stands now. */
export const noteMove = (shard: Shard, node: NodeRecord, old: BlockRecord, at: UnixMs): void => {
  const { block: to, backFrom } = node
  if (to === null || (to.parent === old && backFrom === null)) return
  const from = backFrom ?? old
  node.backFrom = null
  if (from === to || !from.attached || !to.attached) return
  const relation = relationOf(from, to)
  // A node that merely goes back may come again the same way, as one behind a balancer does.
  if (relation.kind === 'behind' || (relation.kind === 'unknown' && to.number < from.number)) node.backFrom = from
  else if (relation.kind === 'branched') countReorg(shard, relation, { from, to }, at)
  else if (relation.kind === 'unknown') remember(shard, { from, to })
}

const remember = ({ unresolvedMoves }: Shard, move: NodeMove): void => {
  for (const { from, to } of unresolvedMoves) if (from === move.from && to === move.to) return
  unresolvedMoves.add(move)
  for (const oldest of unresolvedMoves) {
    if (unresolvedMoves.size <= maxUnresolved) return
    unresolvedMoves.delete(oldest)
  }
}

/** Once a second: what has come since may show where a move led. */
export const reviewMoves = (shard: Shard, at: UnixMs): void => {
  for (const move of shard.unresolvedMoves) {
    const { from, to } = move
    const relation = from.attached && to.attached ? relationOf(from, to) : undefined
    if (relation?.kind === 'unknown') continue
    shard.unresolvedMoves.delete(move)
    if (relation?.kind === 'branched') countReorg(shard, relation, move, at)
  }
}

const isBelieved = (shard: Shard, block: BlockRecord): boolean =>
  block.canonical || block.wasCanonical || block.reporters >= 2 || shard.voters < 3

const countReorg = (
  shard: Shard,
  { left, joined }: Extract<Relation, { kind: 'branched' }>,
  { from, to }: NodeMove,
  at: UnixMs,
): void => {
  const isShared = left.reporters >= 2 || to.reporters >= 2 || shard.voters < 3
  if (!isShared || !isBelieved(shard, left) || !isBelieved(shard, to)) return
  const depth = from.number - left.number + 1
  shard.deepestReorg = Math.max(shard.deepestReorg, depth)
  shard.changeSet.summary = true
  joined.left = false
  if (left.left) return
  left.left = true
  shard.reorgs++
  shard.applied.change({ type: 'reorg', at, network: shard.key, number: to.number, hash: to.hash, depth })
}
