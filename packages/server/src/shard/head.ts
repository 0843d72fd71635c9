/**
 * Which block is the network's head: the highest that can be believed.
 *
 * A block is *backed* when at least two nodes reported it, or when its parents lead, within 64 steps, to such a block
 * and no other block that two nodes reported stands at a height in between. Then
 *
 *  - the highest backed block that some active node has as its latest is the head;
 *  - a higher block that is not backed is the head only while fewer than two active nodes stand on backed blocks (a
 *    network of one or two nodes; nodes that all catch up), or when its chain has grown for two minutes, by ten blocks or more, while
 *    the backed one stood still: then the others are stuck;
 *  - at equal height the head stays, unless more than half of the nodes follow the other block;
 *  - a block with a header time too far ahead of the server's clock counts only where more than half follow it;
 *  - the head falls back when nodes leave it: at once when its last follower reports a lower block or when the last
 *    node leaves its chain, after a grace time when its followers went silent.
 *
 * So one liar among three or more leads the network only along a chain it builds on the true one, by at most 64 blocks,
 * and only until two nodes report another block at one of those heights.
 */
import type { UnixMs } from '@netstats/protocol'
import type { BlockRecord } from './blocks/block-record.ts'
import { attach, setHead } from './blocks/block-tree.ts'
import { blocksAt, parentOf } from './blocks/tree-state.ts'
import { markAllNodes } from './change-set.ts'
import type { Shard } from './shard-state.ts'

const maxSteps = 64
const outgrownBlocks = 10
const outgrownMs = 120_000
/** With more candidates than this an election waits for the next tick. */
const immediateCandidates = 64

/** How a block hangs together with what several nodes have reported. */
interface Backing {
  readonly backed: boolean
  /** Blocks on the way that only one node reported, and the first report of the lowest of them. */
  readonly steps: number
  readonly since: number | null
}

const backingOf = (shard: Shard, block: BlockRecord): Backing => {
  let at: BlockRecord = block
  let steps = 0
  for (;;) {
    if (at.reporters >= 2) return { backed: true, steps, since: null }
    for (const other of blocksAt(shard.tree, at.number))
      if (other !== at && other.reporters >= 2) return { backed: false, steps, since: at.firstSeenAt }
    steps++
    const parent = parentOf(shard.tree, at)
    if (parent === null || steps === maxSteps) return { backed: false, steps, since: at.firstSeenAt }
    at = parent
  }
}

const hasMajority = (shard: Shard, block: BlockRecord): boolean => block.votes * 2 > shard.voters

const isAhead = (shard: Shard, block: BlockRecord, at: number): boolean =>
  block.timestampMs > at + shard.options.futureBlockMs

/** A total order, so that an election does not depend on the order of its candidates. */
const better = (shard: Shard, a: BlockRecord, b: BlockRecord | null): boolean => {
  if (b === null || a.number !== b.number) return b === null || a.number > b.number
  const head = shard.tree.head
  if (hasMajority(shard, a) !== hasMajority(shard, b)) return hasMajority(shard, a)
  if (a === head || b === head) return a === head
  if (a.votes !== b.votes) return a.votes > b.votes
  if (a.firstSeenAt !== b.firstSeenAt) return (a.firstSeenAt ?? Infinity) < (b.firstSeenAt ?? Infinity)
  return a.hash < b.hash
}

/**
 * The best of the blocks active nodes stand on, and of the head where it is to be kept: its followers may merely be
 * away. Null where none can be believed.
 */
const elect = (shard: Shard, keep: boolean, at: number): BlockRecord | null => {
  let backed: BlockRecord | null = null
  let backedVotes = 0
  let lone: BlockRecord | null = null
  let top = -1
  const consider = (block: BlockRecord): void => {
    if (block.number > top) top = block.number
    if (isAhead(shard, block, at) && !hasMajority(shard, block)) return
    if (backingOf(shard, block).backed) {
      // Nodes at block 0 have not begun: they do not speak against anybody.
      if (block.number > 0) backedVotes += block.votes
      if (better(shard, block, backed)) backed = block
    } else if (better(shard, block, lone)) lone = block
  }
  for (const candidate of shard.candidates) consider(candidate)
  const { head } = shard.tree
  if (keep && head !== null && head.votes === 0) consider(head)
  const winner = chosen(shard, lone, backed, backedVotes, at)
  shard.unsettled = winner !== null && top > winner.number
  shard.abandoned = false
  return winner
}

const chosen = (
  shard: Shard,
  lone: BlockRecord | null,
  backed: BlockRecord | null,
  backedVotes: number,
  at: number,
): BlockRecord | null =>
  lone === null || (backed !== null && !prevails(shard, lone, backed, backedVotes, at)) ? backed : lone

const prevails = (shard: Shard, lone: BlockRecord, backed: BlockRecord, backedVotes: number, at: number): boolean => {
  if (lone.number <= backed.number) return false
  if (backedVotes < 2) return true
  if (at - (backed.firstSeenAt ?? at) < outgrownMs) return false
  const { steps, since } = backingOf(shard, lone)
  return steps >= outgrownBlocks && at - (since ?? at) >= outgrownMs
}

/** Looks at a node's new latest block. `old` is what it stood on before. */
export const considerBlock = (
  shard: Shard,
  block: BlockRecord,
  old: BlockRecord | null,
  evidence: boolean,
  at: UnixMs,
): void => {
  const { head } = shard.tree
  if (block === head) {
    shard.unsupportedSince = null
    return
  }
  if (head === null) return holdElection(shard, true, block, at)
  if (block.number > head.number) {
    const fewVoters = block.votes > 0 && shard.voters < 3
    if (!isAhead(shard, block, at) && (fewVoters || backingOf(shard, block).backed)) return follow(shard, block, at)
    if (hasMajority(shard, block) || shard.candidates.size <= immediateCandidates)
      return holdElection(shard, true, block, at)
    shard.unsettled = true
    return
  }
  if (block.number === head.number && hasMajority(shard, block)) return holdElection(shard, true, null, at)
  const steppedBack = old !== null && old !== block && block.number <= old.number && head.votes === 0
  const leftChain = old?.canonical === true && !block.canonical && !hasSupport(shard)
  if (steppedBack || leftChain) shard.abandoned = true
  // The second report of a block may show that a head only one node reported stands on nothing.
  else if (!evidence || !(shard.unsettled || (head.reporters < 2 && !backingOf(shard, head).backed))) return
  if (shard.candidates.size > immediateCandidates) shard.unsettled = true
  else holdElection(shard, !shard.abandoned, head.followers === 0 ? block : null, at)
}

const hasSupport = (shard: Shard): boolean => {
  for (const candidate of shard.candidates) if (candidate.canonical) return true
  return false
}

/** History has linked or confirmed a block: a candidate that was not believed may be now. */
export const considerEvidence = (shard: Shard, at: UnixMs): void => {
  if (shard.unsettled && shard.candidates.size <= immediateCandidates) holdElection(shard, true, null, at)
}

/** Once a second: candidates that were not believed, and a head that nobody's chain leads to any more. */
export const checkHead = (shard: Shard, at: UnixMs): void => {
  if (shard.tree.head === null || shard.unsettled) holdElection(shard, !shard.abandoned, null, at)
  if (shard.candidates.size === 0 || hasSupport(shard)) {
    shard.unsupportedSince = null
    return
  }
  shard.unsupportedSince ??= at
  if (at - shard.unsupportedSince >= shard.options.headGraceMs) {
    shard.unsupportedSince = null
    holdElection(shard, false, null, at)
  }
}

/** Elects, and follows the winner; `otherwise` where no node has a vote. */
export const holdElection = (shard: Shard, keep: boolean, otherwise: BlockRecord | null, at: UnixMs): void => {
  const elected = elect(shard, keep, at)
  const winner = shard.candidates.size === 0 ? (otherwise ?? elected) : elected
  if (winner !== null && winner !== shard.tree.head) follow(shard, winner, at)
}

const follow = (shard: Shard, block: BlockRecord, at: UnixMs): void => {
  const { tree } = shard
  const base = tree.base
  const displaced = setHead(tree, block)
  // The window has moved down: what nodes stand on there, or stood on, belongs into the tree now.
  if (tree.base < base) for (const known of [...shard.candidates, ...tree.detached]) attach(tree, known)
  shard.unsupportedSince = null
  markAllNodes(shard.changeSet)
  shard.applied.change({
    type: 'head',
    at,
    network: shard.key,
    number: block.number,
    hash: block.hash,
    displaced,
  })
}
