/** A network the core goes on with after a restart: as it was, but nobody has spoken yet. */
import { refreshUptime } from './activity.ts'
import { fillShard, orderInactive } from './image-fill.ts'
import type { NetworkImage } from './image.ts'
import type { LostNode } from './model.ts'
import { baseKey, overflowKey } from './registry.ts'
import { createShard } from './shard-state.ts'
import type { Shard, ShardContext } from './shard-state.ts'
import { leave } from './standing.ts'

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
export const isRestorable = ({ key, networkId, genesis }: NetworkImage): boolean => {
  const base = baseKey(networkId)
  return key === overflowKey || key === base || (key.startsWith(`${base}-`) && genesis !== null)
}

/** Builds the shard in pieces; it is not the core's before the last of them. */
export const restoreShard = function* (
  image: NetworkImage,
  at: number,
  room: number,
  context: ShardContext,
): Generator<void, RestoredShard> {
  let quiet = true
  const shard = createShard(image.key, image.networkId, {
    ...context,
    emit: (change) => {
      if (!quiet) context.emit(change)
    },
  })
  yield* fillShard(shard, image, at, { room, approximate: false })
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
    leave(shard, node)
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
