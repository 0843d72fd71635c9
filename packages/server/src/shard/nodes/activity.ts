/**
 *              connected                    silent, disconnected, or the reporter says active:false
 *   (unknown) ───────────▶ active ────────────────────────────────────────────▶ inactive ──▶ removed
 *                             ▲            it speaks, connects, or says active:true  │
 *                             └──────────────────────────────────────────────────────┘
 */
import type { UnixMs } from '@netstats/protocol'
import { markNode } from '../change-set.ts'
import type { NodeRecord } from './node-record.ts'
import type { Shard } from '../shard-state.ts'
import { leaveHead, joinHead } from './node-heads.ts'

/** How often a standing uptime is worked out again: it creeps, and each change is a changed row. */
const uptimeEveryMs = 10_000

export const activate = (shard: Shard, node: NodeRecord, at: UnixMs): void => {
  if (node.state === 'active') return
  shard.inactive.delete(node)
  node.state = 'active'
  node.stateSince = at
  joinHead(shard, node)
  refreshUptime(node, at)
  markNode(shard.changeSet, node)
  noteCandidate(shard, node)
  shard.applied.change({ type: 'node-active', at, network: shard.key, node: node.id })
}

export const deactivate = (
  shard: Shard,
  node: NodeRecord,
  reason: 'disconnected' | 'silent' | 'reported',
  at: UnixMs,
): void => {
  shard.leaving.delete(node)
  if (node.state === 'inactive') return
  leaveHead(shard, node)
  node.activeMs += Math.max(0, at - node.stateSince)
  node.state = 'inactive'
  node.stateSince = at
  shard.inactive.add(node)
  refreshUptime(node, at)
  markNode(shard.changeSet, node)
  shard.applied.change({ type: 'node-inactive', at, network: shard.key, node: node.id, reason })
}

/** Nodes whose session ended, and that did not come back in time. */
export const checkLeaving = (shard: Shard, at: UnixMs): void => {
  for (const node of shard.leaving) {
    // A clock that was set back must not keep them active.
    const since = at - node.leftAt
    if (since >= 0 && since < shard.options.reconnectMs) return
    deactivate(shard, node, 'disconnected', at)
  }
}

/** A node with a block above the head has gained its vote: the next look at the head counts it. */
export const noteCandidate = (shard: Shard, node: NodeRecord): void => {
  const { head } = shard.tree
  if (node.block !== null && (head === null || node.block.number > head.number)) shard.unsettled = true
}

/**
 * Any word of a connected node brings it back, unless its reporter says that it cannot reach the node. What was still
 * under way when its session ended does not.
 */
export const hear = (shard: Shard, node: NodeRecord, at: UnixMs): void => {
  node.lastSeenAt = at
  markNode(shard.changeSet, node)
  if (node.state === 'inactive' && node.connected && node.reportedActive) activate(shard, node, at)
}

/** Silence and uptime. Gives when there may be something to see again: nothing that comes makes it earlier. */
export const checkNode = (shard: Shard, node: NodeRecord, at: UnixMs): number => {
  const { silentAfterMs } = shard.options
  if (node.state === 'active' && at - node.lastSeenAt > silentAfterMs) deactivate(shard, node, 'silent', at)
  if (at - node.uptimeAt >= uptimeEveryMs) {
    const before = node.uptime
    refreshUptime(node, at)
    if (node.uptime !== before) markNode(shard.changeSet, node)
  }
  // The clock was set back: what comes now will be earlier than what came before.
  if (node.lastSeenAt > at || node.uptimeAt > at) return at
  return Math.min(node.uptimeAt + uptimeEveryMs, (node.state === 'active' ? node.lastSeenAt : at) + silentAfterMs)
}

/** Time a node has been active, up to `at`. */
export const activeMsAt = (node: Pick<NodeRecord, 'activeMs' | 'state' | 'stateSince'>, at: number): number =>
  node.activeMs + (node.state === 'active' ? Math.max(0, at - node.stateSince) : 0)

export const refreshUptime = (node: NodeRecord, at: number): void => {
  node.uptimeAt = at
  const span = at - node.firstSeenAt
  const active = activeMsAt(node, at)
  node.uptime = span <= 0 ? 100 : Math.min(100, Math.round((active / span) * 10_000) / 100)
}
