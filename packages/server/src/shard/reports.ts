import type { Block, NodeStats, Observation, UnixMs } from '@netstats/protocol'
import { deactivate, hear, noteCandidate } from './nodes/activity.ts'
import { addReporter, createBlock, restoreReporter } from './blocks/block-record.ts'
import type { BlockRecord } from './blocks/block-record.ts'
import { heldSince } from './blocks/arrival.ts'
import { learnFacts } from './blocks/block-facts.ts'
import { attach, forget, learnParent } from './blocks/block-tree.ts'
import { unnamedParent } from './blocks/tree-state.ts'
import { noteMove } from './nodes/reorgs.ts'
import { markBlock } from './change-set.ts'
import { delayAt } from './blocks/delay-ring.ts'
import { considerBlock, considerEvidence } from './head.ts'
import type { NodeRecord } from './nodes/node-record.ts'
import { updateInfo } from './nodes/node-table.ts'
import type { Shard } from './shard-state.ts'
import { recordFirstSeen } from './blocks/first-seen.ts'
import type { SeenTime } from './blocks/first-seen.ts'
import type { ObservationMode } from './inputs.ts'
import { leaveHead, setNodeHead, joinHead } from './nodes/node-heads.ts'

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
  if (mode === 'derived') return
  if (mode === 'replayed') {
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
      else applyBlock(shard, node, observation.body, at, seenTimeOf(mode, at, seenAt))
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
    case 'header':
      return
  }
}

/**
 * What is live is believed to be no older than that. What is so now may have begun long ago, as the block at which a
 * chain stands still.
 */
const seenTimeOf = (mode: 'live' | 'snapshot', at: UnixMs, seenAt: number | undefined): SeenTime => {
  if (seenAt === undefined) return { at, isArrival: true, isReplayed: false }
  const isReplayed = mode === 'snapshot' && seenAt < at - liveWithinMs
  return { at: Math.min(at, isReplayed ? seenAt : Math.max(seenAt, at - liveWithinMs)), isArrival: false, isReplayed }
}

const applyStats = (shard: Shard, node: NodeRecord, stats: NodeStats, at: UnixMs): void => {
  const syncing = stats.syncing ?? null
  if (syncing !== node.syncing) {
    leaveHead(shard, node)
    node.syncing = syncing
    joinHead(shard, node)
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
const findBlock = (shard: Shard, node: NodeRecord, body: Block): Found | undefined => {
  const { key, tree, counts, changeSet } = shard
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
  const learned = learnFacts(known, body)
  if (learned === 'contradiction') counts.blocksContradicting++
  if (learned === 'facts' && known.attached) {
    markBlock(changeSet, known)
    shard.applied.block({ type: 'block-learned', network: key, node, block: known })
  }
  return { block: known, attached: !known.attached && attach(tree, known) }
}

const noteAttached = (shard: Shard, node: NodeRecord, block: BlockRecord, seenAt: number): void =>
  shard.applied.block({ type: 'block-attached', network: shard.key, node, block, seenAt })

interface Reported {
  /** This node had not reported it. */
  readonly fresh: boolean
  /** The block may make a candidate believed. */
  readonly evidence: boolean
}

const addReport = (shard: Shard, node: NodeRecord, { block, attached }: Found): Reported => {
  const returns = restoreReporter(block, node.id, node.slot, shard.slots)
  const fresh = !returns && addReporter(block, node.slot, shard.slots)
  if (fresh && block.attached) markBlock(shard.changeSet, block)
  return { fresh, evidence: attached || (fresh && block.reporters === 2) }
}

const applyBlock = (shard: Shard, node: NodeRecord, body: Block, at: UnixMs, time: SeenTime): void => {
  const found = findBlock(shard, node, body)
  if (found === undefined) return
  const { block, attached } = found
  if (attached) noteAttached(shard, node, block, time.at)
  const { fresh, evidence } = addReport(shard, node, found)
  if (body.totalDifficulty !== undefined) node.totalDifficultyWei = body.totalDifficulty
  const old = node.block
  const isPolled = body.polled === true || node.polls
  if (fresh) {
    node.propagationMs = recordFirstSeen(shard, node, block, isPolled ? { ...time, isPolled } : time)
    node.polled = isPolled
    shard.applied.report(block, node.propagationMs, time.at, false)
  } else if (block !== old) node.propagationMs = known(node, block)
  if (block === old) return
  setNodeHead(shard, node, block)
  node.blockAt = heldSince(block, node.propagationMs, time.at)
  considerBlock(shard, block, old, evidence, at)
  if (old !== null) noteMove(shard, node, old, at)
}

/** A block that was asked for, or one that a node saw at a time, which is reported late; neither moves its node. */
const applyPastBlock = (shard: Shard, node: NodeRecord, body: Block, at: UnixMs, seenAt: number | undefined): void => {
  const seen = body.historical === true ? undefined : Math.min(seenAt ?? at, at)
  if (body.number < shard.tree.base && !shard.tree.byHash.has(body.hash)) {
    if (seen === undefined) shard.counts.blocksBelowWindow++
    else {
      const block = { ...createBlock(body), firstSeenAt: seen, arrivedAt: seen, firstNode: node.name }
      shard.applied.report(block, null, seen, true)
    }
    return
  }
  const found = findBlock(shard, node, body)
  if (found === undefined) return
  const { block, attached } = found
  if (attached) noteAttached(shard, node, block, seen ?? at)
  const { fresh, evidence } = addReport(shard, node, found)
  if (fresh && seen !== undefined) {
    const isPolled = body.polled === true || node.polls
    const delay = recordFirstSeen(shard, node, block, { at: seen, isArrival: false, isReplayed: true, isPolled })
    shard.applied.report(block, delay, seen, false)
  }
  forget(shard.tree, block)
  if (evidence) considerEvidence(shard, at)
}

// geth 1.5 names no parent; its word is no contradiction, and anyone who names one completes it.
const sameParent = (known: string, said: string): boolean =>
  known === said || known === unnamedParent || said === unnamedParent

// Back on a block it reported before, as nodes do between two forks.
const known = (node: NodeRecord, block: BlockRecord): number | null => {
  const delay = delayAt(node.ring, block.number)
  return delay < 0 ? null : delay
}
