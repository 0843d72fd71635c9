/** Fills a new shard from an image, in pieces: blocks, nodes, what nodes stand on, single sights, and then the head. */
import { unixMs } from '@netstats/protocol'
import { refreshUptime } from './activity.ts'
import { addWitness, makeBlock } from './block-record.ts'
import type { BlockRecord } from './block-record.ts'
import { attach, setHead } from './block-tree.ts'
import { holdElection } from './head.ts'
import type { ImageNode, NetworkImage } from './image.ts'
import { isKept, likelyHead } from './image-head.ts'
import { fillSights } from './image-sights.ts'
import { applyPlace } from './node-record.ts'
import type { NodeRecord } from './node-record.ts'
import { seatNode, updateInfo } from './node-table.ts'
import type { Shard } from './shard-state.ts'
import { sortInPieces } from './sort-pieces.ts'
import { moveTo } from './standing.ts'
import { summaryHeights } from './summary.ts'
import { recentCanonical } from './tree-state.ts'

const nodesAPiece = 50
const blocksAPiece = 50

export interface FillOptions {
  /** Nodes it may hold. */
  readonly room: number
  /** Single sights that are gone are replaced by values of about their size, so that a histogram shows. */
  readonly approximate: boolean
}

export const fillShard = function* (shard: Shard, image: NetworkImage, at: number, options: FillOptions) {
  shard.genesis = image.genesis
  const blocks = yield* fillBlocks(shard, image)
  const nodes = yield* fillNodes(shard, image, at, options.room)
  yield* placeNodes(shard, image, nodes, blocks)
  yield* fillSights(shard, image, nodes, blocks)
  yield* finishBlocks(image, blocks)
  const beside = new Set(blocks.filter((_, i) => image.blocks[i]?.canonical === false))
  const likely = likelyHead(shard.tree, beside)
  if (likely !== undefined) setHead(shard.tree, likely)
  if (shard.tips.size > 0) holdElection(shard, likely !== undefined && isKept(shard, likely, at), null, unixMs(at))
  if (options.approximate) yield* approximate(shard, image, blocks)
  shard.tree.reorgs = image.reorgs
  shard.tree.deepestReorg = image.deepestReorg
}

/** From below, so that each block finds its parent, and the chain grows as it did. */
const fillBlocks = function* (shard: Shard, image: NetworkImage): Generator<void, readonly BlockRecord[]> {
  const { tree } = shard
  const order = image.blocks.map((_, i) => i)
  order.sort((a, b) => (image.blocks[a]?.number ?? 0) - (image.blocks[b]?.number ?? 0))
  const records: BlockRecord[] = Array.from({ length: order.length })
  let done = 0
  for (const i of order) {
    const given = image.blocks[i]
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
    if (++done % blocksAPiece === 0) yield
  }
  return records
}

/** Which nodes there is room for: those heard of last. */
const chosen = function* (nodes: readonly ImageNode[], room: number): Generator<void, ReadonlySet<ImageNode> | null> {
  if (nodes.length <= room) return null
  const ordered = yield* sortInPieces(nodes, (node) => -node.lastSeenAt)
  return new Set(ordered.slice(0, Math.max(0, room)))
}

const fillNodes = function* (
  shard: Shard,
  image: NetworkImage,
  at: number,
  room: number,
): Generator<void, readonly (NodeRecord | undefined)[]> {
  const only = yield* chosen(image.nodes, room)
  const records: (NodeRecord | undefined)[] = []
  for (const given of image.nodes) {
    const known = shard.nodes.has(given.id) || only?.has(given) === false
    records.push(known ? undefined : fillNode(shard, given, at))
    if (records.length % nodesAPiece === 0) yield
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

const fillNode = (shard: Shard, given: ImageNode, at: number): NodeRecord => {
  const node = seatNode(shard, given.id, at)
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

const placeNodes = function* (
  shard: Shard,
  image: NetworkImage,
  nodes: readonly (NodeRecord | undefined)[],
  blocks: readonly BlockRecord[],
) {
  for (let i = 0; i < nodes.length; i++) {
    if (i % nodesAPiece === 0) yield
    const given = image.nodes[i]?.block
    const node = nodes[i]
    const block = given && blocks[given.index]
    if (!node || !given || !block) continue
    addWitness(block, node.slot, shard.slots)
    moveTo(shard, node, block)
    node.blockAt = given.at
    node.propagationMs = given.delayMs
  }
}

/** What was counted when there was more to count from than is kept now. */
const finishBlocks = function* (image: NetworkImage, blocks: readonly BlockRecord[]) {
  for (let i = 0; i < blocks.length; i++) {
    if (i % blocksAPiece === 0) yield
    const given = image.blocks[i]
    const block = blocks[i]
    if (given === undefined || block === undefined) continue
    // A block without any witness would take the next report for its first.
    block.witnesses = Math.max(block.witnesses, given.nodes, 1)
    if (block.kept !== null || block.delays.length > 0 || given.p50Ms === null) continue
    block.kept = { p50Ms: given.p50Ms, p95Ms: given.p95Ms, p99Ms: given.p99Ms }
  }
}

/** Only what a summary looks at: there are nodes times heights of them. */
const approximate = function* (shard: Shard, image: NetworkImage, blocks: readonly BlockRecord[]) {
  const shown = new Set(recentCanonical(shard.tree, summaryHeights))
  for (let i = 0; i < blocks.length; i++) {
    const block = blocks[i]
    if (block === undefined || !shown.has(block) || block.kept === null || block.delays.length > 0) continue
    block.delays = [...(image.blocks[i]?.delays() ?? [])]
    block.ordered = block.delays.length
    yield
  }
}
