import type { NodeInfo, UnixMs } from '@netstats/protocol'
import { detach, forget, trimSide } from './block-tree.ts'
import { freeSlot, hasSeen, noteDeparted } from './block-record.ts'
import { activate, deactivate } from './activity.ts'
import { markAllNodes, markBlock, markNode, markNodeRemoved } from './dirty.ts'
import { forgetDelays } from './delay-ring.ts'
import { holdElection } from './head.ts'
import { applyInfo, applyPlace, createNode } from './node-record.ts'
import type { NodeRecord } from './node-record.ts'
import type { Place } from './options.ts'
import { addReview, removeReview } from './reviews.ts'
import type { Shard } from './shard-state.ts'
import { unsight } from './sighting.ts'
import { moveTo } from './standing.ts'

/** Nodes forgotten in one tick: each costs a pass over the blocks, and thousands may be due at once. */
const forgottenPerTick = 200

/** A session began. Gives undefined where the network is full of active nodes. */
export const connectNode = (
  shard: Shard,
  id: string,
  info: NodeInfo,
  address: string | null,
  at: UnixMs,
): NodeRecord | undefined => {
  let node = shard.nodes.get(id)
  if (node === undefined) {
    if (shard.nodes.size >= shard.options.maxNodesPerNetwork && !removeLongestInactive(shard, at)) {
      shard.counts.nodesRefused++
      return undefined
    }
    node = seatNode(shard, id, at)
    shard.emit({ type: 'node-added', at, network: shard.key, node: id })
  }
  updateInfo(shard, node, info)
  node.address = address
  applyPlace(node, locate(shard, address, id))
  node.sessions++
  node.connected = true
  node.connectedAt = at
  node.lastSeenAt = at
  node.reportedActive = true
  markNode(shard.dirty, node)
  activate(shard, node, at)
  return node
}

/** Gives a new node its place: inactive, and nothing known of it. */
export const seatNode = (shard: Shard, id: string, at: number): NodeRecord => {
  const node = createNode(id, takeSlot(shard), at)
  shard.nodes.set(id, node)
  addReview(shard.reviews, node)
  shard.inactive.add(node)
  count(shard, node, 1)
  return node
}

export const disconnectNode = (shard: Shard, node: NodeRecord, at: UnixMs): void => {
  node.connected = false
  markNode(shard.dirty, node)
  deactivate(shard, node, 'disconnected', at)
}

export const updateInfo = (shard: Shard, node: NodeRecord, info: NodeInfo): void => {
  count(shard, node, -1)
  applyInfo(node, info)
  count(shard, node, 1)
  markNode(shard.dirty, node)
}

/** Forgets nodes inactive for too long, the longest first. */
export const forgetExpired = (shard: Shard, at: UnixMs): void => {
  let done = 0
  if (at < shard.keepUntil) return
  for (const node of shard.inactive) {
    if (at - node.stateSince <= shard.options.forgetAfterMs || done++ >= forgottenPerTick) return
    removeNode(shard, node, 'expired', at)
  }
}

/**
 * Takes a node out. What it reported stays in the blocks, except when it moved to another network: then it had no part
 * in this one, and blocks that only it had reported go.
 */
export const removeNode = (shard: Shard, node: NodeRecord, reason: 'expired' | 'moved' | 'limit', at: UnixMs): void => {
  moveTo(shard, node, null)
  for (const block of shard.tree.byHash.values()) {
    if (!hasSeen(block, node.slot)) continue
    freeSlot(block, node.slot)
    if (reason !== 'moved') {
      noteDeparted(block, node.id)
      continue
    }
    block.witnesses--
    unsight(shard, block, node.id)
    if (block.attached) markBlock(shard.dirty, block)
    if (block.witnesses > 0) continue
    detach(shard.tree, block)
    forget(shard.tree, block)
  }
  forgetDelays(node.ring)
  shard.nodes.delete(node.id)
  removeReview(shard.reviews, node)
  shard.inactive.delete(node)
  shard.freeSlots.push(node.slot)
  count(shard, node, -1)
  markNodeRemoved(shard.dirty, node)
  if (shard.tree.head === null) {
    markAllNodes(shard.dirty)
    holdElection(shard, false, null, at)
    trimSide(shard.tree)
  }
  shard.emit({ type: 'node-removed', at, network: shard.key, node: node.id, reason })
}

/** Makes room where all networks together are full: the longest inactive node of all goes. False where none is inactive. */
export const removeLongestInactiveOf = (shards: Iterable<Shard>, at: UnixMs): boolean => {
  let oldest: { readonly shard: Shard; readonly since: number } | undefined
  for (const shard of shards) {
    const [first] = shard.inactive
    if (first !== undefined && (oldest === undefined || first.stateSince < oldest.since))
      oldest = { shard, since: first.stateSince }
  }
  return oldest !== undefined && removeLongestInactive(oldest.shard, at)
}

const removeLongestInactive = (shard: Shard, at: UnixMs): boolean => {
  for (const node of shard.inactive) {
    removeNode(shard, node, 'limit', at)
    return true
  }
  return false
}

const takeSlot = (shard: Shard): number => shard.freeSlots.pop() ?? shard.slots++

const locate = (shard: Shard, address: string | null, node: string): Place | null => {
  try {
    return shard.options.locate?.(address, node) ?? null
  } catch {
    // A broken place data base must not keep a node from showing.
    shard.counts.locateFailed++
    return null
  }
}

const count = (shard: Shard, node: NodeRecord, by: 1 | -1): void => {
  bump(shard.versions, node.versionLabel, by)
  bump(shard.clients, node.clientName ?? node.versionLabel, by)
}

const bump = (counts: Map<string, number>, name: string, by: number): void => {
  const next = (counts.get(name) ?? 0) + by
  if (next === 0) counts.delete(name)
  else counts.set(name, next)
}
