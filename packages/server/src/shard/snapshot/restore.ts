/** A network the core goes on with after a restart: as it was, but nobody has spoken yet. */
import { refreshUptime } from '../nodes/activity.ts'
import { restoreFromSnapshot, orderInactive } from './restore-nodes.ts'
import type { NetworkSnapshot } from './network-snapshot.ts'
import type { LostNode } from '../shard-model.ts'
import type { CoreOptions } from '../options.ts'
import { baseKey, overflowKey } from '../networks.ts'
import { createShard } from '../create-shard.ts'
import type { Shard } from '../shard-state.ts'
import type { ShardContext } from '../create-shard.ts'
import { leaveHead } from '../nodes/node-heads.ts'

/**
 * How long after a restart nobody is forgotten: who was away as long as the server was has the time to come back as
 * what it was.
 */
const keepMs = 10 * 60_000

export interface RestoredShard {
  readonly shard: Shard
  readonly lost: readonly LostNode[]
}

/**
 * Whether the key is one that the core would give to that network id. A key with a part of a genesis needs that genesis:
 * without it, its nodes would not find back to it.
 */
export const isRestorable = ({ key, networkId, genesis }: NetworkSnapshot, keyOf: CoreOptions['keyOf']): boolean => {
  const base = baseKey(networkId)
  const given = keyOf?.(base, genesis)
  if (given !== undefined) return given === key
  return key === overflowKey || key === base || (key.startsWith(`${base}-`) && genesis !== null)
}

/** Builds the shard in pieces; it is not the core's before the last of them. */
export const restoreShard = function* (
  snapshot: NetworkSnapshot,
  at: number,
  room: number,
  context: ShardContext,
): Generator<void, RestoredShard> {
  let quiet = true
  const shard = createShard(snapshot.key, snapshot.networkId, {
    ...context,
    applied: {
      ...context.applied,
      change(change) {
        if (!quiet) context.applied.change(change)
      },
      block(event) {
        if (!quiet) context.applied.block(event)
      },
    },
  })
  yield* restoreFromSnapshot(shard, snapshot, at, { room, estimateDelays: false })
  const lost = yield* retire(shard, at)
  shard.unsettled = false
  shard.unsupportedSince = null
  shard.keepUntil = at + keepMs
  quiet = false
  return { shard, lost }
}

/** Nobody is connected any more. */
const retire = function* (shard: Shard, at: number): Generator<void, readonly LostNode[]> {
  const lost: LostNode[] = []
  let done = 0
  for (const node of shard.nodes.values()) {
    if (++done % 200 === 0) yield
    node.connected = false
    if (node.state === 'inactive') continue
    leaveHead(shard, node)
    const until = Math.max(node.stateSince, Math.min(node.lastSeenAt, at))
    node.activeMs += until - node.stateSince
    node.state = 'inactive'
    node.stateSince = until
    shard.inactive.add(node)
    refreshUptime(node, at)
    lost.push({ node: node.id, at: until, sessions: node.sessions, activeMs: node.activeMs })
  }
  yield* orderInactive(shard)
  return lost
}
