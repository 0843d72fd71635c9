/**
 * Gives a network that is live already the past that came back late. What is live stays: a node that has spoken keeps
 * its row and gains its past, the others are added, away; blocks join beside and below the live ones, where there is
 * room. Nothing is concluded from any of it.
 */
import { unixMs } from '@netstats/protocol'
import { refreshUptime } from './nodes/activity.ts'
import { addReporter, copyBlock } from './blocks/block-record.ts'
import type { BlockRecord } from './blocks/block-record.ts'
import { attach, setHead } from './blocks/block-tree.ts'
import { markAllNodes, markBlock, markNode } from './change-set.ts'
import { holdElection } from './head.ts'
import type { NodeRecord } from './nodes/node-record.ts'
import { registerNode, updateInfo } from './nodes/node-table.ts'
import type { Shard } from './shard-state.ts'
import { condenseFirstSeen } from './blocks/first-seen.ts'
import { sortInPieces } from '../lib/sort-in-steps.ts'
import { setNodeHead } from './nodes/node-heads.ts'
import { assumeCanonical } from './blocks/tree-chain.ts'
import type { BlockTree } from './blocks/tree-state.ts'

const nodesPerStep = 50
const blocksPerStep = 50

export interface MergeLimits {
  /** Nodes there is room for now. */
  readonly room: () => number
  /** False once the core has let the live network go: nothing more is done to it. */
  readonly isThere: () => boolean
}

export interface Merged {
  /** Nodes that were added, or are live and gained their past. */
  readonly nodes: number
  readonly blocks: number
}

/** `past` is a network as it was, with nobody active; it is used up. In pieces of work: inputs may come between them. */
export const mergeShard = function* (
  live: Shard,
  past: Shard,
  at: number,
  { room, isThere }: MergeLimits,
): Generator<void, Merged> {
  live.genesis ??= past.genesis
  live.keepUntil = Math.max(live.keepUntil, past.keepUntil)
  live.reorgs += past.reorgs
  live.deepestReorg = Math.max(live.deepestReorg, past.deepestReorg)
  const blocks = yield* mergeBlocks(live, past, at, isThere)
  let nodes = 0
  let looked = 0
  for (const node of past.nodes.values()) {
    if (looked++ % nodesPerStep === 0) {
      yield
      if (!isThere()) return { nodes, blocks }
    }
    const known = live.nodes.get(node.id)
    if (known === undefined && room() <= 0) continue
    if (known === undefined) addNode(live, node)
    else addPast(live, known, node, at)
    nodes++
  }
  yield* orderInactive(live)
  return { nodes, blocks }
}

/** From above, so that each block finds its child, and the chain grows down from the live one. */
const mergeBlocks = function* (live: Shard, past: Shard, at: number, isThere: () => boolean): Generator<void, number> {
  const { tree } = live
  // At one height the one that was on the chain first.
  const heights = [...past.tree.heights.keys()].sort((a, b) => b - a)
  let added = 0
  let looked = 0
  for (const height of heights) {
    for (const block of past.tree.heights.get(height) ?? []) {
      if (looked++ % blocksPerStep === 0) {
        yield
        if (!isThere()) return added
      }
      const known = tree.byHash.get(block.hash)
      if (known !== undefined) mergeFirstSeen(live, known, block)
      else if (hasRoom(tree, height)) {
        const made = copyReported(block)
        if (!attach(tree, made)) continue
        if (block.canonical) assumeCanonical(tree, made)
        keepAllFirstSeen(live, made, block)
        added++
      }
    }
  }
  orderFirstSeen(live)
  const head = past.tree.head && tree.byHash.get(past.tree.head.hash)
  if (tree.head === null && head?.attached === true) {
    setHead(tree, head)
    markAllNodes(live.changeSet)
    if (live.candidates.size > 0) holdElection(live, true, null, unixMs(at))
  }
  return added
}

/** What is live is never given up for it. */
const hasRoom = ({ heights, side, base, limits }: BlockTree, number: number): boolean =>
  number >= base && (heights.get(number)?.length ?? 0) < limits.maxForksPerHeight && side.size < limits.maxSideBlocks

/** Who saw it is counted; the places of the nodes are others here. */
const copyReported = (block: BlockRecord): BlockRecord => ({
  ...copyBlock(block),
  firstSeenAt: block.firstSeenAt,
  arrivedAt: block.arrivedAt,
  firstNode: block.firstNode,
  blockTimeMs: block.blockTimeMs,
  reporters: block.reporters,
  forgottenReporters: block.forgottenReporters,
  percentiles: block.percentiles,
})

const keepAllFirstSeen = (live: Shard, block: BlockRecord, { delays, seenBy, ordered }: BlockRecord): void => {
  if (delays.length === 0) return
  block.delays = delays
  block.seenBy = seenBy
  block.ordered = ordered
  live.firstSeenBlocks.add(block)
  live.firstSeenCount += delays.length
  if (live.firstSeenCount > live.options.maxFirstSeen) condenseFirstSeen(live, block)
}

/** It was reported again after the restart: that was no first report. */
const mergeFirstSeen = (live: Shard, known: BlockRecord, past: BlockRecord): void => {
  known.reporters = Math.max(known.reporters, past.reporters)
  if (past.firstSeenAt === null || (known.firstSeenAt !== null && known.firstSeenAt <= past.firstSeenAt)) return
  condenseFirstSeen(live, known)
  known.firstSeenAt = past.firstSeenAt
  known.arrivedAt = past.arrivedAt
  known.firstNode = past.firstNode
  known.percentiles = past.percentiles
  known.forgottenReporters = past.forgottenReporters
  if (known.attached) {
    keepAllFirstSeen(live, known, past)
    markBlock(live.changeSet, known)
  }
}

/** The oldest first: they are the first whose single first-seen records are given up. */
const orderFirstSeen = ({ firstSeenBlocks }: Shard): void => {
  const ordered = [...firstSeenBlocks].sort((a, b) => (a.firstSeenAt ?? 0) - (b.firstSeenAt ?? 0))
  firstSeenBlocks.clear()
  for (const block of ordered) firstSeenBlocks.add(block)
}

const addNode = (live: Shard, past: NodeRecord): void => {
  const node = registerNode(live, past.id, past.firstSeenAt)
  updateInfo(live, node, past.info)
  const { slot: _slot, block, changedRound: _round, ...said } = past
  Object.assign(node, said)
  if (block === null) return
  let here = live.tree.byHash.get(block.hash)
  if (here === undefined) {
    // Outside the tree, as what its node stands on.
    here = copyReported(block)
    live.tree.byHash.set(here.hash, here)
  }
  addSilently(live, node, here)
  setNodeHead(live, node, here)
}

/** Counts it among those that saw the block; it is mostly counted already. */
const addSilently = (live: Shard, node: NodeRecord, block: BlockRecord): void => {
  const before = block.reporters
  addReporter(block, node.slot, live.slots)
  block.reporters = before
}

const addPast = (live: Shard, node: NodeRecord, past: NodeRecord, at: number): void => {
  node.firstSeenAt = Math.min(node.firstSeenAt, past.firstSeenAt)
  node.sessions += past.sessions
  node.activeMs += past.activeMs
  refreshUptime(node, at)
  markNode(live.changeSet, node)
  const block = past.block && live.tree.byHash.get(past.block.hash)
  if (block) addSilently(live, node, block)
}

/** The longest inactive first, those who left meanwhile last. */
const orderInactive = function* ({ inactive }: Shard) {
  const ordered = yield* sortInPieces([...inactive], (node) => node.stateSince)
  const away = new Set(inactive)
  inactive.clear()
  for (const node of ordered) if (away.has(node)) inactive.add(node)
  for (const node of away) inactive.add(node)
}
