import type { NodeInfo, UnixMs } from '@netstats/protocol'
import { detach, forget, trimSide } from '../blocks/block-tree.ts'
import { freeSlot, hasReported, addForgottenReporter } from '../blocks/block-record.ts'
import { activate, deactivate } from './activity.ts'
import { markAllNodes, markBlock, markNode, markNodeRemoved } from '../change-set.ts'
import { forgetDelays } from '../blocks/delay-ring.ts'
import { holdElection } from '../head.ts'
import { applyInfo, applyPlace, createNode } from './node-record.ts'
import type { Change } from '../changes.ts'
import type { NodeRecord } from './node-record.ts'
import type { Place } from '../options.ts'
import { addTimeout, removeTimeout } from '../timeouts.ts'
import type { Shard } from '../shard-state.ts'
import { removeFirstSeen } from '../blocks/first-seen.ts'
import { setNodeHead } from './node-heads.ts'

export type RemovalReason = Extract<Change, { type: 'node-removed' }>['reason']

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
    node = registerNode(shard, id, at)
    shard.applied.change({ type: 'node-added', at, network: shard.key, node: id })
  }
  updateInfo(shard, node, info)
  node.address = address
  applyPlace(node, locate(shard, address, id))
  node.sessions++
  node.connected = true
  node.follows = false
  shard.leaving.delete(node)
  node.connectedAt = at
  node.lastSeenAt = at
  node.reportedActive = true
  markNode(shard.changeSet, node)
  activate(shard, node, at)
  return node
}

/** Gives a new node its place: inactive, and nothing known of it. */
export const registerNode = (shard: Shard, id: string, at: number): NodeRecord => {
  const node = createNode(id, takeSlot(shard), at)
  shard.nodes.set(id, node)
  addTimeout(shard.timeouts, node)
  shard.inactive.add(node)
  count(shard, node, 1)
  return node
}

/** Its session ended: it is inactive where it does not come back soon. */
export const disconnectNode = (shard: Shard, node: NodeRecord, at: UnixMs): void => {
  node.connected = false
  node.leftAt = at
  markNode(shard.changeSet, node)
  if (node.state === 'inactive' || shard.options.reconnectMs === 0) deactivate(shard, node, 'disconnected', at)
  else shard.leaving.add(node)
}

export const updateInfo = (shard: Shard, node: NodeRecord, info: NodeInfo): void => {
  const given = shard.options.nameOf?.(shard.key, node.id)
  count(shard, node, -1)
  node.saidName = info.name
  applyInfo(node, given === undefined ? info : { ...info, name: given })
  count(shard, node, 1)
  markNode(shard.changeSet, node)
}

/** An operator calls it otherwise, or no longer does. */
export const renameNode = (shard: Shard, node: NodeRecord): void =>
  updateInfo(shard, node, { ...node.info, name: node.saidName })

const replacedEveryMs = 60_000
const bareKey = /^(0x)?[0-9a-f]{64,}$/i

/**
 * Forgets sooner those in whose place another of their name has come after they left, as recreated containers do, and
 * those without a name of their own.
 */
const forgetReplaced = (shard: Shard, at: UnixMs): void => {
  const { forgetReplacedMs } = shard.options
  if (shard.inactive.size === 0 || Math.abs(at - shard.replacedAt) < replacedEveryMs) return
  shard.replacedAt = at
  const newest = new Map<string, number>()
  for (const { name, state, firstSeenAt } of shard.nodes.values())
    if (state === 'active') newest.set(name, Math.max(newest.get(name) ?? 0, firstSeenAt))
  let done = 0
  for (const node of shard.inactive) {
    if (at - node.stateSince <= forgetReplacedMs || done >= forgottenPerTick) return
    const isReplaced = (newest.get(node.name) ?? 0) >= node.lastSeenAt
    if (!isReplaced && !(node.name === node.id && bareKey.test(node.id))) continue
    done++
    removeNode(shard, node, 'replaced', at)
  }
}

/** Forgets nodes inactive for too long, the longest first. */
export const forgetExpired = (shard: Shard, at: UnixMs): void => {
  let done = 0
  if (at < shard.keepUntil) return
  forgetReplaced(shard, at)
  for (const node of shard.inactive) {
    if (at - node.stateSince <= shard.options.forgetAfterMs || done++ >= forgottenPerTick) return
    removeNode(shard, node, 'expired', at)
  }
}

/**
 * Takes a node out. What it reported stays in the blocks, except when it moved to another network: then it had no part
 * in this one, and blocks that only it had reported go.
 */
export const removeNode = (shard: Shard, node: NodeRecord, reason: RemovalReason, at: UnixMs): void => {
  setNodeHead(shard, node, null)
  for (const block of shard.tree.byHash.values()) {
    if (!hasReported(block, node.slot)) continue
    freeSlot(block, node.slot)
    if (reason !== 'moved') {
      addForgottenReporter(block, node.id)
      continue
    }
    block.reporters--
    removeFirstSeen(shard, block, node.id)
    if (block.attached) markBlock(shard.changeSet, block)
    if (block.reporters > 0) continue
    detach(shard.tree, block)
    forget(shard.tree, block)
  }
  forgetDelays(node.ring)
  shard.nodes.delete(node.id)
  removeTimeout(shard.timeouts, node)
  shard.inactive.delete(node)
  shard.leaving.delete(node)
  shard.freeSlots.push(node.slot)
  count(shard, node, -1)
  markNodeRemoved(shard.changeSet, node)
  if (shard.tree.head === null) {
    markAllNodes(shard.changeSet)
    holdElection(shard, false, null, at)
    trimSide(shard.tree)
  }
  shard.applied.change({ type: 'node-removed', at, network: shard.key, node: node.id, reason })
}

/**
 * Makes room where all networks together are full: the longest inactive node of all goes, or one whose session has ended.
 * False where there is none.
 */
export const removeLongestInactiveOf = (shards: Iterable<Shard>, at: UnixMs): boolean => {
  let oldest: { readonly shard: Shard; readonly since: number } | undefined
  for (const shard of shards) {
    const first = firstToGo(shard)
    if (first === undefined) continue
    const since = first.state === 'active' ? first.leftAt : first.stateSince
    if (oldest === undefined || since < oldest.since) oldest = { shard, since }
  }
  return oldest !== undefined && removeLongestInactive(oldest.shard, at)
}

const removeLongestInactive = (shard: Shard, at: UnixMs): boolean => {
  const node = firstToGo(shard)
  if (node !== undefined) removeNode(shard, node, 'limit', at)
  return node !== undefined
}

const firstToGo = ({ inactive, leaving }: Shard): NodeRecord | undefined => {
  for (const node of inactive) return node
  for (const node of leaving) return node
  return undefined
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
