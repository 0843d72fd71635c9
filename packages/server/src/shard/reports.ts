import type { Block, NodeStats, Observation, UnixMs } from '@netstats/protocol'
import { deactivate, hear, noteCandidate } from './activity.ts'
import { addWitness, createBlock } from './block-record.ts'
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
import { leave, moveTo, stand } from './standing.ts'

/** Applies what a known node said. */
export const applyObservation = (shard: Shard, node: NodeRecord, observation: Observation, at: UnixMs): void => {
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
      applyBlock(shard, node, observation.body, at)
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

const applyBlock = (shard: Shard, node: NodeRecord, body: Block, at: UnixMs): void => {
  const { tree } = shard
  const historical = body.historical === true
  let block = tree.byHash.get(body.hash)
  let attached = false
  if (block === undefined) {
    if (historical && body.number < tree.base) {
      shard.counts.blocksBelowWindow++
      return
    }
    block = createBlock(body)
    attached = attach(tree, block)
    // Outside the tree or not, it is what its node stands on: the next report of it must find it.
    tree.byHash.set(block.hash, block)
  } else if (block.number !== body.number || !sameParent(block.parentHash, body.parentHash)) {
    // One hash, two blocks: somebody lies, and the first word stands.
    shard.counts.blocksContradicting++
    return
  } else {
    learnParent(tree, block, body.parentHash)
    if (!block.attached) attached = attach(tree, block)
  }
  const { observer } = shard.options
  if (attached) observer?.blockAdded(shard.key, node.id, block, at)
  const fresh = addWitness(block, node.slot, shard.slots)
  if (fresh && block.attached) markBlock(shard.dirty, block)
  const evidence = attached || (fresh && block.witnesses === 2)
  if (historical) {
    forget(tree, block)
    if (evidence) considerEvidence(shard, at)
    return
  }
  if (body.totalDifficulty !== undefined) node.totalDifficultyWei = body.totalDifficulty
  const old = node.block
  if (fresh) {
    node.propagationMs = sight(shard, node, block, at)
    observer?.sighted(shard.key, node.id, block, node.propagationMs, at)
  } else if (block !== old) node.propagationMs = known(node, block)
  if (block === old) return
  moveTo(shard, node, block)
  node.blockAt = at
  considerBlock(shard, block, old, evidence, at)
}

// geth 1.5 names no parent; its word is no contradiction, and whoever names one completes it.
const sameParent = (known: string, said: string): boolean =>
  known === said || known === unnamedParent || said === unnamedParent

// Back on a block it told of before, as nodes do between two forks.
const known = (node: NodeRecord, block: BlockRecord): number | null => {
  const delay = delayAt(node.ring, block.number)
  return delay < 0 ? null : delay
}
