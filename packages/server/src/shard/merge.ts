/**
 * Gives a network that is live already the past that came back late. What is live stays: a node that has spoken keeps
 * its row and gains its past, the others are added, away; blocks join beside and below the live ones, where there is
 * room. Nothing is concluded from any of it.
 */
import { unixMs } from '@netstats/protocol'
import { refreshUptime } from './activity.ts'
import { addWitness, copyBlock } from './block-record.ts'
import type { BlockRecord } from './block-record.ts'
import { attach, setHead } from './block-tree.ts'
import { markAllNodes, markBlock, markNode } from './dirty.ts'
import { holdElection } from './head.ts'
import type { NodeRecord } from './node-record.ts'
import { seatNode, updateInfo } from './node-table.ts'
import type { Shard } from './shard-state.ts'
import { giveUpSights } from './sighting.ts'
import { sortInPieces } from './sort-pieces.ts'
import { moveTo } from './standing.ts'
import { assumeCanonical } from './tree-chain.ts'
import type { BlockTree } from './tree-state.ts'

const nodesAPiece = 50
const blocksAPiece = 50

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
  live.tree.reorgs += past.tree.reorgs
  live.tree.deepestReorg = Math.max(live.tree.deepestReorg, past.tree.deepestReorg)
  const blocks = yield* mergeBlocks(live, past, at, isThere)
  let nodes = 0
  let looked = 0
  for (const node of past.nodes.values()) {
    if (looked++ % nodesAPiece === 0) {
      yield
      if (!isThere()) return { nodes, blocks }
    }
    const known = live.nodes.get(node.id)
    if (known === undefined && room() <= 0) continue
    if (known === undefined) addNode(live, node)
    else addPast(live, known, node, at)
    nodes++
  }
  yield* orderAway(live)
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
      if (looked++ % blocksAPiece === 0) {
        yield
        if (!isThere()) return added
      }
      const known = tree.byHash.get(block.hash)
      if (known !== undefined) addFirstSight(live, known, block)
      else if (hasRoom(tree, height)) {
        const made = broughtOver(block)
        if (!attach(tree, made)) continue
        if (block.canonical) assumeCanonical(tree, made)
        keepSights(live, made, block)
        added++
      }
    }
  }
  orderSighted(live)
  const head = past.tree.head && tree.byHash.get(past.tree.head.hash)
  if (tree.head === null && head?.attached === true) {
    setHead(tree, head)
    markAllNodes(live.dirty)
    if (live.tips.size > 0) holdElection(live, true, null, unixMs(at))
  }
  return added
}

/** What is live is never given up for it. */
const hasRoom = ({ heights, side, base, limits }: BlockTree, number: number): boolean =>
  number >= base && (heights.get(number)?.length ?? 0) < limits.maxForksPerHeight && side.size < limits.maxSideBlocks

/** Who saw it is counted; the places of the nodes are others here. */
const broughtOver = (block: BlockRecord): BlockRecord => ({
  ...copyBlock(block),
  arrivedAt: block.arrivedAt,
  firstNode: block.firstNode,
  blockTimeMs: block.blockTimeMs,
  witnesses: block.witnesses,
  departed: block.departed,
  kept: block.kept,
})

const keepSights = (live: Shard, block: BlockRecord, { delays, seenBy, ordered }: BlockRecord): void => {
  if (delays.length === 0) return
  block.delays = delays
  block.seenBy = seenBy
  block.ordered = ordered
  live.sighted.add(block)
  live.sightings += delays.length
  if (live.sightings > live.options.maxSightings) giveUpSights(live, block)
}

/** It was told of again after the restart: that was no first sight. */
const addFirstSight = (live: Shard, known: BlockRecord, past: BlockRecord): void => {
  known.witnesses = Math.max(known.witnesses, past.witnesses)
  if (past.arrivedAt === null || (known.arrivedAt !== null && known.arrivedAt <= past.arrivedAt)) return
  giveUpSights(live, known)
  known.arrivedAt = past.arrivedAt
  known.firstNode = past.firstNode
  known.kept = past.kept
  known.departed = past.departed
  if (known.attached) {
    keepSights(live, known, past)
    markBlock(live.dirty, known)
  }
}

/** The oldest first: they are the first whose single sights are given up. */
const orderSighted = ({ sighted }: Shard): void => {
  const ordered = [...sighted].sort((a, b) => (a.arrivedAt ?? 0) - (b.arrivedAt ?? 0))
  sighted.clear()
  for (const block of ordered) sighted.add(block)
}

const addNode = (live: Shard, past: NodeRecord): void => {
  const node = seatNode(live, past.id, past.firstSeenAt)
  updateInfo(live, node, past.info)
  const { slot: _slot, block, dirtyRound: _round, ...said } = past
  Object.assign(node, said)
  if (block === null) return
  let here = live.tree.byHash.get(block.hash)
  if (here === undefined) {
    // Outside the tree, as what its node stands on.
    here = broughtOver(block)
    live.tree.byHash.set(here.hash, here)
  }
  stoodOn(live, node, here)
  moveTo(live, node, here)
}

/** Counts it among those that saw the block; it is mostly counted already. */
const stoodOn = (live: Shard, node: NodeRecord, block: BlockRecord): void => {
  const before = block.witnesses
  addWitness(block, node.slot, live.slots)
  block.witnesses = before
}

const addPast = (live: Shard, node: NodeRecord, past: NodeRecord, at: number): void => {
  node.firstSeenAt = Math.min(node.firstSeenAt, past.firstSeenAt)
  node.sessions += past.sessions
  node.activeMs += past.activeMs
  refreshUptime(node, at)
  markNode(live.dirty, node)
  const block = past.block && live.tree.byHash.get(past.block.hash)
  if (block) stoodOn(live, node, block)
}

/** The longest inactive first, those who left meanwhile last. */
const orderAway = function* ({ inactive }: Shard) {
  const ordered = yield* sortInPieces([...inactive], (node) => node.stateSince)
  const away = new Set(inactive)
  inactive.clear()
  for (const node of ordered) if (away.has(node)) inactive.add(node)
  for (const node of away) inactive.add(node)
}
