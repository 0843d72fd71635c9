/** Takes a network back in as the store has it: as one of its own, or merged into the one that is there by now. */
import type { UnixMs } from '@netstats/protocol'
import { addNetwork } from '../assign-network.ts'
import { nodeTotal } from '../core-state.ts'
import type { CoreState } from '../core-state.ts'
import { mergeShard } from '../merge.ts'
import { isSameChain, overflowKey } from '../networks.ts'
import type { Restored } from '../shard-model.ts'
import type { NetworkSnapshot } from './network-snapshot.ts'
import { isRestorable, restoreShard } from './restore.ts'

const nothingRestored: Restored = { nodes: 0, blocks: 0, lost: [] }

export const restoreNetwork = function* (
  core: CoreState,
  snapshot: NetworkSnapshot,
  at: UnixMs,
): Generator<void, Restored> {
  const { options, directory } = core
  const room = Math.min(options.maxNodesPerNetwork, options.maxNodes - nodeTotal(core))
  if (snapshot.nodes.length === 0 || room <= 0 || !isRestorable(snapshot, options.keyOf) || !hasPlace(core, snapshot))
    return nothingRestored
  const { shard, lost } = yield* restoreShard(snapshot, at, room, core)
  // Others were let in meanwhile.
  if (!hasPlace(core, snapshot)) return nothingRestored
  const live = directory.shards.get(snapshot.key)
  if (live !== undefined) {
    const merged = yield* mergeShard(live, shard, at, {
      room: () => Math.min(options.maxNodesPerNetwork - live.nodes.size, options.maxNodes - nodeTotal(core)),
      isThere: () => directory.shards.get(live.key) === live,
    })
    return { ...merged, lost }
  }
  if (nodeTotal(core) + shard.nodes.size > options.maxNodes) return nothingRestored
  addNetwork(core, shard)
  return { nodes: shard.nodes.size, blocks: shard.tree.side.size + shard.tree.canonicalCount, lost }
}

const hasPlace = ({ directory, options }: CoreState, { key, networkId, genesis }: NetworkSnapshot): boolean => {
  if (key === overflowKey) return true
  const has = directory.shards.has(key) || directory.shards.size < options.maxNetworks
  return has && isSameChain(directory, key, networkId, genesis)
}
