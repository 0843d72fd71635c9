/**
 * The pure core of the server: inputs in, conclusions and rows out. It reads no clock, does no I/O and throws for no
 * parsed input; the same inputs give the same rows.
 */
import type { NodeInfo, UnixMs } from '@netstats/protocol'
import type { Change, Core, CoreInput, NetworkView, Restored } from './model.ts'
import type { NetworkImage } from './image.ts'
import { markNode } from './dirty.ts'
import { activeMsAt, reviewNode } from './activity.ts'
import { reviewHead } from './head.ts'
import { connectNode, disconnectNode, forgetExpired, removeLongestInactiveOf } from './node-table.ts'
import type { NodeRecord } from './node-record.ts'
import { defaultCoreOptions } from './options.ts'
import type { CoreOptions } from './options.ts'
import { addShard, createRegistry, dropShard, findNode, isSameChain, overflowKey, shardFor } from './registry.ts'
import { mergeShard } from './merge.ts'
import { reviewDue } from './reviews.ts'
import { applyObservation } from './reports.ts'
import { isRestorable, restoreShard } from './restore.ts'
import { createShard, createShardCounts } from './shard-state.ts'
import type { Shard } from './shard-state.ts'
import { moveNode } from './move.ts'
import { createView } from './view.ts'

type ObservationInput = Extract<CoreInput, { type: 'observation' }>

const nothing: readonly Change[] = Object.freeze([])
const nothingRestored: Restored = { nodes: 0, blocks: 0, lost: [] }

export const createCore = (given: Partial<CoreOptions> = {}): Core => {
  const options: CoreOptions = { ...defaultCoreOptions, ...given }
  const counts = createShardCounts()
  const registry = createRegistry()
  const views = new Map<string, NetworkView>()
  // Most inputs conclude nothing: they share one empty answer.
  let changes: Change[] | null = null
  const emit = (change: Change): void => {
    if (changes === null) changes = [change]
    else changes.push(change)
  }
  const context = { options, emit, counts }
  let touched: NodeRecord | undefined

  const shardOf = (info: NodeInfo, genesis: string | null, node: string, at: UnixMs): Shard => {
    const shard = shardFor(registry, info.networkId, genesis, node, (key, networkId) => {
      const full = registry.shards.size >= options.maxNetworks
      const overflow = full ? registry.shards.get(overflowKey) : undefined
      if (overflow !== undefined) return overflow
      const made = full ? createShard(overflowKey, null, context) : createShard(key, networkId, context)
      addShard(registry, made)
      views.set(made.key, createView(made))
      emit({ type: 'network-added', at, network: made.key })
      return made
    })
    shard.dirty.summary = true
    return shard
  }

  const settle = (shard: Shard, node: NodeRecord, at: UnixMs): void => {
    const target = shardOf(node.info, node.genesis, node.id, at)
    if (target !== shard) moveNode(shard, target, node, at)
  }

  const nodeTotal = (): number => {
    let nodes = 0
    for (const shard of registry.shards.values()) nodes += shard.nodes.size
    return nodes
  }

  const hasRoom = (at: UnixMs): boolean => {
    return nodeTotal() < options.maxNodes || removeLongestInactiveOf(registry.shards.values(), at)
  }

  const nodeOf = (shard: Shard | undefined, id: string): NodeRecord | undefined => {
    const node = shard?.nodes.get(id)
    if (shard === undefined) counts.unknownNetwork++
    else if (node === undefined) counts.unknownNode++
    return node
  }

  const observe = ({ network, observation, at, mode, seenAt }: ObservationInput): void => {
    const shard = registry.shards.get(network)
    const node = nodeOf(shard, observation.node)
    if (shard === undefined || node === undefined) return
    applyObservation(shard, node, observation, at, mode, seenAt)
    if (observation.kind === 'node-info' && mode !== 'late') settle(shard, node, at)
    else touched = node
  }

  const tick = (at: UnixMs): void => {
    for (const shard of registry.shards.values()) {
      reviewDue(shard.reviews, at, (node) => reviewNode(shard, node, at))
      forgetExpired(shard, at)
      reviewHead(shard, at)
      if (shard.nodes.size > 0) continue
      dropShard(registry, shard)
      views.delete(shard.key)
      emit({ type: 'network-removed', at, network: shard.key })
    }
  }

  const take = (input: CoreInput): void => {
    if (input.type === 'observation') return observe(input)
    if (input.type === 'tick') return tick(input.at)
    if (input.type === 'connected') {
      const shard = shardOf(input.info, input.info.genesis ?? null, input.node, input.at)
      if (shard.nodes.has(input.node) || hasRoom(input.at)) {
        connectNode(shard, input.node, input.info, input.address, input.at)
      } else counts.nodesRefused++
      return
    }
    const shard = registry.shards.get(input.network)
    const node = nodeOf(shard, input.node)
    if (shard === undefined || node === undefined) return
    switch (input.type) {
      case 'disconnected':
        return disconnectNode(shard, node, input.at)
      case 'round-trip':
        node.roundTripMs = Math.max(0, input.roundTripMs)
        touched = node
        return markNode(shard.dirty, node)
      case 'genesis':
        node.genesis = input.genesis
        return settle(shard, node, input.at)
    }
  }

  const restore = function* (image: NetworkImage, at: UnixMs): Generator<void, Restored> {
    const room = Math.min(options.maxNodesPerNetwork, options.maxNodes - nodeTotal())
    if (image.nodes.length === 0 || room <= 0 || !isRestorable(image) || !hasPlace(image)) return nothingRestored
    const { shard, lost } = yield* restoreShard(image, at, room, context)
    // Others were let in meanwhile.
    if (!hasPlace(image)) return nothingRestored
    const live = registry.shards.get(image.key)
    if (live !== undefined) {
      const merged = yield* mergeShard(live, shard, at, {
        room: () => Math.min(options.maxNodesPerNetwork - live.nodes.size, options.maxNodes - nodeTotal()),
        isThere: () => registry.shards.get(live.key) === live,
      })
      return { ...merged, lost }
    }
    if (nodeTotal() + shard.nodes.size > options.maxNodes) return nothingRestored
    addShard(registry, shard)
    views.set(shard.key, createView(shard))
    return { nodes: shard.nodes.size, blocks: shard.tree.side.size + shard.tree.canonicalCount, lost }
  }

  const hasPlace = ({ key, networkId, genesis }: NetworkImage): boolean => {
    if (key === overflowKey) return true
    const has = registry.shards.has(key) || registry.shards.size < options.maxNetworks
    return has && isSameChain(registry, key, networkId, genesis)
  }

  return {
    restore,
    apply(input) {
      counts.inputs++
      touched = undefined
      take(input)
      if (changes === null) return nothing
      const concluded = changes
      changes = null
      return concluded
    },
    get touched() {
      return touched
    },
    networkOf: (node, networkId) => findNode(registry, networkId, node)?.key,
    networks: () => [...views.values()],
    network: (key) => views.get(key),
    inventory(network, id, at) {
      const node = registry.shards.get(network)?.nodes.get(id)
      if (node === undefined) return undefined
      const { info, genesis, sessions } = node
      return { info, genesis, sessions, activeMs: activeMsAt(node, at) }
    },
    counts: () => {
      let nodes = 0
      let blocks = 0
      for (const shard of registry.shards.values()) {
        nodes += shard.nodes.size
        blocks += shard.tree.side.size + shard.tree.canonicalCount
      }
      return { ...counts, networks: registry.shards.size, nodes, blocks }
    },
  }
}
