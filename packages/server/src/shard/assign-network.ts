/** Which network a node belongs to, by what it says, and the networks that come and go with it. */
import type { NodeInfo, UnixMs } from '@netstats/protocol'
import type { CoreState } from './core-state.ts'
import { createShard } from './create-shard.ts'
import { addShard, baseKey, dropShard, overflowKey, shardFor } from './networks.ts'
import { moveNode } from './nodes/move.ts'
import { removeNode } from './nodes/node-table.ts'
import type { NodeRecord } from './nodes/node-record.ts'
import type { Shard } from './shard-state.ts'
import { createView } from './view.ts'

/** The network of what a node says; made where it is a new one, up to a bound. */
export const networkFor = (
  core: CoreState,
  info: NodeInfo,
  genesis: string | null,
  node: string,
  at: UnixMs,
): Shard => {
  const { directory, options } = core
  const shard = shardFor(directory, info.networkId, genesis, node, options.keyOf, (key, networkId) => {
    const full = directory.shards.size >= options.maxNetworks
    const overflow = full ? directory.shards.get(overflowKey) : undefined
    if (overflow !== undefined) return overflow
    const made = full ? createShard(overflowKey, null, core) : createShard(key, networkId, core)
    addNetwork(core, made)
    core.applied.change({ type: 'network-added', at, network: made.key })
    return made
  })
  shard.changeSet.summary = true
  return shard
}

export const addNetwork = ({ directory, views }: CoreState, shard: Shard): void => {
  addShard(directory, shard)
  views.set(shard.key, createView(shard))
}

export const removeNetwork = ({ directory, views, applied }: CoreState, shard: Shard, at: UnixMs): void => {
  dropShard(directory, shard)
  views.delete(shard.key)
  applied.change({ type: 'network-removed', at, network: shard.key })
}

/** Gives the network the node belongs to by what it says now. */
export const assignNetwork = (core: CoreState, shard: Shard, node: NodeRecord, at: UnixMs): Shard => {
  const target = networkFor(core, node.info, node.genesis, node.id, at)
  if (target !== shard) moveNode(shard, target, node, at)
  return target
}

/** Where it was before, on a chain that has begun again: there it is not any more. */
export const leaveBehind = ({ directory }: CoreState, shard: Shard, id: string, at: UnixMs): void => {
  for (const other of directory.byId.get(baseKey(shard.networkId)) ?? []) {
    const node = other === shard ? undefined : other.nodes.get(id)
    if (node !== undefined && !node.connected) removeNode(other, node, 'moved', at)
  }
}
