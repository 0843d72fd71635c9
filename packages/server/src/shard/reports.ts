import type { Block, NodeStats, Observation, UnixMs } from '@netstats/protocol'
import { deactivate, hear, noteCandidate } from './activity.ts'
import { addWitness, createBlock, welcomeBack } from './block-record.ts'
import type { BlockRecord } from './block-record.ts'
import { attach, forget, learnParent } from './block-tree.ts'
import { unnamedParent } from './tree-state.ts'
import { markBlock } from './dirty.ts'
import { delayAt } from './delay-ring.ts'
import { considerBlock, considerEvidence } from './head.ts'
import type { NodeRecord } from './node-record.ts'
import { updateInfo } from './node-table.ts'
import type { Shard } from './shard-state.ts'
import { sight } from './sighting.ts'
import type { SightTime } from './sighting.ts'
import type { ObservationMode } from './model.ts'
import { leave, moveTo, stand } from './standing.ts'

/** What is older than this when it comes is late. */
export const liveWithinMs = 15_000

/**
 * Applies what a known node said. What is late shows that it lives, and tells of blocks: the row of the node shows what is
 * so now.
 */
export const applyObservation = (
  shard: Shard,
  node: NodeRecord,
  observation: Observation,
  at: UnixMs,
  mode: ObservationMode = 'live',
  seenAt?: number,
): void => {
  if (mode === 'late') {
    hear(shard, node, at)
    if (observation.kind === 'block') applyPastBlock(shard, node, observation.body, at, seenAt)
    return
  }
  if (observation.kind === 'node-stats') return applyStats(shard, node, observation.body, at)
  hear(shard, node, at)
  switch (observation.kind) {
    case 'latency':
      node.latencyMs = Math.max(0, observation.body.latencyMs)
      return
    case 'pending':
      node.pending = observation.body.pending
      return
    case 'block':
      if (observation.body.historical === true) applyPastBlock(shard, node, observation.body, at, undefined)
      else applyBlock(shard, node, observation.body, at, sightTimeOf(mode, at, seenAt))
      return
    case 'block-processing':
      node.processingHash = observation.body.hash
      node.processingTimeMs = Math.max(0, observation.body.processingMs)
      return
    case 'node-info':
      updateInfo(shard, node, observation.body)
      return
    // They show that the node lives; their contents are for the history.
    case 'head-event':
    case 'host':
    case 'gap':
    case 'metric':
    case 'log':
    case 'alarm':
      return
  }
}

/**
 * What is live is believed to be no older than that. What is so now may have begun long ago, as the block at which a
 * chain stands still.
 */
const sightTimeOf = (mode: 'live' | 'now', at: UnixMs, seenAt: number | undefined): SightTime => {
  if (seenAt === undefined) return { at, isArrival: true, isLate: false }
  const isLate = mode === 'now' && seenAt < at - liveWithinMs
  return { at: Math.min(at, isLate ? seenAt : Math.max(seenAt, at - liveWithinMs)), isArrival: false, isLate }
}

const applyStats = (shard: Shard, node: NodeRecord, stats: NodeStats, at: UnixMs): void => {
  const syncing = stats.syncing ?? null
  if (syncing !== node.syncing) {
    leave(shard, node)
    node.syncing = syncing
    stand(shard, node)
    noteCandidate(shard, node)
  }
  node.mining = stats.mining ?? null
  node.hashrate = stats.hashrate ?? null
  node.peers = stats.peers ?? null
  node.gasPriceWei = stats.gasPrice ?? null
  node.gasPriceNumber = stats.gasPrice === undefined ? 0 : Number(stats.gasPrice)
  node.reportedUptime = stats.uptime ?? null
  node.reportedActive = stats.active
  hear(shard, node, at)
  if (!stats.active) deactivate(shard, node, 'reported', at)
}

interface Found {
  readonly block: BlockRecord
  /** It has joined the tree just now. */
  readonly attached: boolean
}

/** The record of a reported block, made where there is none; undefined where the report contradicts what is known of it. */
const findBlock = ({ tree, counts }: Shard, body: Block): Found | undefined => {
  const known = tree.byHash.get(body.hash)
  if (known === undefined) {
    const block = createBlock(body)
    const attached = attach(tree, block)
    // Outside the tree or not, it is what its node stands on: the next report of it must find it.
    tree.byHash.set(block.hash, block)
    return { block, attached }
  }
  if (known.number !== body.number || !sameParent(known.parentHash, body.parentHash)) {
    // One hash, two blocks: somebody lies, and the first word stands.
    counts.blocksContradicting++
    return undefined
  }
  learnParent(tree, known, body.parentHash)
  return { block: known, attached: !known.attached && attach(tree, known) }
}

interface Witnessed {
  /** This node had not reported it. */
  readonly fresh: boolean
  /** The block may make a candidate believed. */
  readonly evidence: boolean
}

const witness = (shard: Shard, node: NodeRecord, { block, attached }: Found): Witnessed => {
  const returns = welcomeBack(block, node.id, node.slot, shard.slots)
  const fresh = !returns && addWitness(block, node.slot, shard.slots)
  if (fresh && block.attached) markBlock(shard.dirty, block)
  return { fresh, evidence: attached || (fresh && block.witnesses === 2) }
}

const applyBlock = (shard: Shard, node: NodeRecord, body: Block, at: UnixMs, time: SightTime): void => {
  const found = findBlock(shard, body)
  if (found === undefined) return
  const { block, attached } = found
  const { observer } = shard.options
  if (attached) observer?.blockAdded(shard.key, node, block, time.at, at)
  const { fresh, evidence } = witness(shard, node, found)
  if (body.totalDifficulty !== undefined) node.totalDifficultyWei = body.totalDifficulty
  const old = node.block
  if (fresh) {
    node.propagationMs = sight(shard, node, block, time)
    observer?.sighted(shard.key, node, block, node.propagationMs, time.at, at)
  } else if (block !== old) node.propagationMs = known(node, block)
  if (block === old) return
  moveTo(shard, node, block)
  node.blockAt = time.at
  considerBlock(shard, block, old, evidence, at)
}

/** A block that was asked for, or one that a node saw at a time, which is told of late; neither moves its node. */
const applyPastBlock = (shard: Shard, node: NodeRecord, body: Block, at: UnixMs, seenAt: number | undefined): void => {
  const seen = body.historical === true ? undefined : Math.min(seenAt ?? at, at)
  const { observer } = shard.options
  if (body.number < shard.tree.base && !shard.tree.byHash.has(body.hash)) {
    if (seen === undefined) shard.counts.blocksBelowWindow++
    else observer?.oldBlock(shard.key, node, { ...createBlock(body), arrivedAt: seen, firstNode: node.name }, seen, at)
    return
  }
  const found = findBlock(shard, body)
  if (found === undefined) return
  const { block, attached } = found
  if (attached) observer?.blockAdded(shard.key, node, block, seen ?? at, at)
  const { fresh, evidence } = witness(shard, node, found)
  if (fresh && seen !== undefined) {
    const delay = sight(shard, node, block, { at: seen, isArrival: false, isLate: true })
    observer?.sighted(shard.key, node, block, delay, seen, at)
  }
  forget(shard.tree, block)
  if (evidence) considerEvidence(shard, at)
}

// geth 1.5 names no parent; its word is no contradiction, and whoever names one completes it.
const sameParent = (known: string, said: string): boolean =>
  known === said || known === unnamedParent || said === unnamedParent

// Back on a block it told of before, as nodes do between two forks.
const known = (node: NodeRecord, block: BlockRecord): number | null => {
  const delay = delayAt(node.ring, block.number)
  return delay < 0 ? null : delay
}
