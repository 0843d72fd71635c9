/** Fills a new shard from a snapshot, in pieces: blocks, nodes, what nodes stand on, single first-seen records, and then the head. */
import { unixMs } from '@netstats/protocol'
import { refreshUptime } from '../nodes/activity.ts'
import { heldSince } from '../blocks/arrival.ts'
import { addReporter, makeBlock } from '../blocks/block-record.ts'
import type { BlockRecord } from '../blocks/block-record.ts'
import { attach, setHead } from '../blocks/block-tree.ts'
import { holdElection } from '../head.ts'
import type { SnapshotNode, NetworkSnapshot } from './network-snapshot.ts'
import { isKept, likelyHead } from './restore-head.ts'
import { restoreFirstSeen } from './restore-first-seen.ts'
import { applyPlace } from '../nodes/node-record.ts'
import type { NodeRecord } from '../nodes/node-record.ts'
import { registerNode, updateInfo } from '../nodes/node-table.ts'
import type { Shard } from '../shard-state.ts'
import { sortInPieces } from '../../lib/sort-in-steps.ts'
import { setNodeHead } from '../nodes/node-heads.ts'
import { checkSplit } from '../split.ts'
import { summaryHeights } from '../summary.ts'
import { recentCanonical } from '../blocks/tree-state.ts'

const nodesPerStep = 50
const blocksPerStep = 50

export interface RestoreOptions {
  /** Nodes it may hold. */
  readonly room: number
  /** Single sights that are gone are replaced by values of about their size, so that a histogram shows. */
  readonly estimateDelays: boolean
}

export const restoreFromSnapshot = function* (
  shard: Shard,
  snapshot: NetworkSnapshot,
  at: number,
  options: RestoreOptions,
) {
  shard.genesis = snapshot.genesis
  const blocks = yield* restoreBlocks(shard, snapshot)
  const nodes = yield* restoreNodes(shard, snapshot, at, options.room)
  yield* restoreNodeHeads(shard, snapshot, nodes, blocks)
  yield* restoreFirstSeen(shard, snapshot, nodes, blocks)
  yield* finishBlocks(snapshot, blocks)
  const beside = new Set(blocks.filter((_, i) => snapshot.blocks[i]?.canonical === false))
  const likely = likelyHead(shard.tree, beside)
  if (likely !== undefined) setHead(shard.tree, likely)
  if (shard.candidates.size > 0)
    holdElection(shard, likely !== undefined && isKept(shard, likely, at), null, unixMs(at))
  if (options.estimateDelays) yield* estimateDelays(shard, snapshot, blocks)
  shard.reorgs = snapshot.reorgs
  shard.deepestReorg = snapshot.deepestReorg
  checkSplit(shard, unixMs(at))
}

/** From below, so that each block finds its parent, and the chain grows as it did. */
const restoreBlocks = function* (shard: Shard, snapshot: NetworkSnapshot): Generator<void, readonly BlockRecord[]> {
  const { tree } = shard
  const order = snapshot.blocks.map((_, i) => i)
  order.sort((a, b) => (snapshot.blocks[a]?.number ?? 0) - (snapshot.blocks[b]?.number ?? 0))
  const records: BlockRecord[] = Array.from({ length: order.length })
  let done = 0
  for (const i of order) {
    const given = snapshot.blocks[i]
    if (given === undefined) continue
    let block = tree.byHash.get(given.hash)
    if (block === undefined) {
      block = makeBlock(given)
      attach(tree, block)
      // Outside the tree too: it may be what a node stands on.
      tree.byHash.set(block.hash, block)
    }
    records[i] = block
    if (given.canonical === true && block.attached) setHead(tree, block)
    if (++done % blocksPerStep === 0) yield
  }
  return records
}

/** Which nodes there is room for: those heard of last. */
const chosen = function* (
  nodes: readonly SnapshotNode[],
  room: number,
): Generator<void, ReadonlySet<SnapshotNode> | null> {
  if (nodes.length <= room) return null
  const ordered = yield* sortInPieces(nodes, (node) => -node.lastSeenAt)
  return new Set(ordered.slice(0, Math.max(0, room)))
}

const restoreNodes = function* (
  shard: Shard,
  snapshot: NetworkSnapshot,
  at: number,
  room: number,
): Generator<void, readonly (NodeRecord | undefined)[]> {
  const only = yield* chosen(snapshot.nodes, room)
  const records: (NodeRecord | undefined)[] = []
  for (const given of snapshot.nodes) {
    const known = shard.nodes.has(given.id) || only?.has(given) === false
    records.push(known ? undefined : restoreNode(shard, given, at))
    if (records.length % nodesPerStep === 0) yield
  }
  yield* orderInactive(shard)
  return records
}

/** The longest inactive first. */
export const orderInactive = function* (shard: Shard) {
  const ordered = yield* sortInPieces([...shard.inactive], (node) => node.stateSince)
  shard.inactive.clear()
  for (const node of ordered) shard.inactive.add(node)
}

const restoreNode = (shard: Shard, given: SnapshotNode, at: number): NodeRecord => {
  const node = registerNode(shard, given.id, at)
  updateInfo(shard, node, given.info)
  applyPlace(node, given.place)
  node.state = given.state
  if (given.state === 'active') shard.inactive.delete(node)
  node.stateSince = given.stateSince
  node.firstSeenAt = given.firstSeenAt
  node.lastSeenAt = given.lastSeenAt
  node.sessions = given.sessions
  node.activeMs = given.activeMs
  node.connected = given.state === 'active'
  node.connectedAt = given.stateSince
  node.latencyMs = given.latencyMs
  node.roundTripMs = given.roundTripMs
  node.syncing = given.syncing
  node.mining = given.mining
  node.hashrate = given.hashrate
  node.peers = given.peers
  node.pending = given.pending
  node.gasPriceWei = given.gasPrice === null ? null : BigInt(Math.round(given.gasPrice))
  node.gasPriceNumber = given.gasPrice ?? 0
  node.reportedUptime = given.reportedUptime
  refreshUptime(node, at)
  return node
}

const restoreNodeHeads = function* (
  shard: Shard,
  snapshot: NetworkSnapshot,
  nodes: readonly (NodeRecord | undefined)[],
  blocks: readonly BlockRecord[],
) {
  for (let i = 0; i < nodes.length; i++) {
    if (i % nodesPerStep === 0) yield
    const given = snapshot.nodes[i]?.block
    const node = nodes[i]
    const block = given && blocks[given.index]
    if (!node || !given || !block) continue
    addReporter(block, node.slot, shard.slots)
    setNodeHead(shard, node, block)
    node.blockAt = heldSince(block, given.delayMs, given.at)
    node.propagationMs = given.delayMs
  }
}

/** What was counted when there was more to count from than is kept now. */
const finishBlocks = function* (snapshot: NetworkSnapshot, blocks: readonly BlockRecord[]) {
  for (let i = 0; i < blocks.length; i++) {
    if (i % blocksPerStep === 0) yield
    const given = snapshot.blocks[i]
    const block = blocks[i]
    if (given === undefined || block === undefined) continue
    // A block without any reporter would take the next report for its first.
    block.reporters = Math.max(block.reporters, given.nodes, 1)
    if (block.percentiles !== null || block.delays.length > 0 || given.p50Ms === null) continue
    block.percentiles = { p50Ms: given.p50Ms, p95Ms: given.p95Ms, p99Ms: given.p99Ms }
  }
}

/** Only what a summary looks at: there are nodes times heights of them. */
const estimateDelays = function* (shard: Shard, snapshot: NetworkSnapshot, blocks: readonly BlockRecord[]) {
  const shown = new Set(recentCanonical(shard.tree, summaryHeights))
  for (let i = 0; i < blocks.length; i++) {
    const block = blocks[i]
    if (block === undefined || !shown.has(block) || block.percentiles === null || block.delays.length > 0) continue
    block.delays = [...(snapshot.blocks[i]?.delays() ?? [])]
    block.ordered = block.delays.length
    yield
  }
}
