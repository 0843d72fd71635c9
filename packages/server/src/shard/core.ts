/**
 * The pure core of the server: inputs in, changes and rows out. It reads no clock, does no I/O and throws for no
 * parsed input; the same inputs give the same rows.
 */
import type { UnixMs } from '@netstats/protocol'
import { createAppliedCollector } from './applied.ts'
import { assignNetwork, leaveBehind, networkFor, removeNetwork } from './assign-network.ts'
import { markNode } from './change-set.ts'
import { hasRoom, nodeOf } from './core-state.ts'
import type { CoreState } from './core-state.ts'
import { createShardCounts } from './create-shard.ts'
import { checkHead } from './head.ts'
import type { CoreInput } from './inputs.ts'
import { createNetworkDirectory, findNode } from './networks.ts'
import { checkLeaving, checkNode } from './nodes/activity.ts'
import { connectNode, disconnectNode, forgetExpired, removeNode, renameNode } from './nodes/node-table.ts'
import { reviewMoves } from './nodes/reorgs.ts'
import { defaultCoreOptions } from './options.ts'
import type { CoreOptions } from './options.ts'
import { applyObservation } from './reports.ts'
import type { Core } from './shard-model.ts'
import type { Shard } from './shard-state.ts'
import { restoreNetwork } from './snapshot/restore-network.ts'
import { checkSplit } from './split.ts'
import { checkTimeouts } from './timeouts.ts'

type InputOf<T extends CoreInput['type']> = Extract<CoreInput, { type: T }>

export const createCore = (given: Partial<CoreOptions> = {}): Core => {
  const core: CoreState = {
    options: { ...defaultCoreOptions, ...given },
    applied: createAppliedCollector(),
    counts: createShardCounts(),
    directory: createNetworkDirectory(),
    views: new Map(),
  }
  const { counts, applied, directory, views } = core
  return {
    restore: (snapshot, at) => restoreNetwork(core, snapshot, at),
    apply(input) {
      counts.inputs++
      applied.begin(input)
      applyInput(core, input)
      return applied.end()
    },
    networkOf: (node, networkId) => findNode(directory, networkId, node)?.key,
    networks: () => [...views.values()],
    network: (key) => views.get(key),
    counts: () => {
      let nodes = 0
      let blocks = 0
      for (const shard of directory.shards.values()) {
        nodes += shard.nodes.size
        blocks += shard.tree.side.size + shard.tree.canonicalCount
      }
      return { ...counts, networks: directory.shards.size, nodes, blocks }
    },
  }
}

const applyInput = (core: CoreState, input: CoreInput): void => {
  switch (input.type) {
    case 'observation':
      return observe(core, input)
    case 'tick':
      return tick(core, input.at)
    case 'connected':
      return connect(core, input)
    case 'rekeyed':
      return rekey(core, input)
    case 'alarm':
      return
    case 'disconnected':
    case 'round-trip':
    case 'genesis':
    case 'renamed':
    case 'removed':
      return applyToNode(core, input)
  }
}

const observe = (core: CoreState, input: InputOf<'observation'>): void => {
  const { network, observation, at, mode, seenAt } = input
  const shard = core.directory.shards.get(network)
  const node = nodeOf(core, shard, observation.node)
  if (shard === undefined || node === undefined) return
  applyObservation(shard, node, observation, at, mode, seenAt)
  if (observation.kind === 'node-info' && mode !== 'replayed')
    setSubject(core, assignNetwork(core, shard, node, at), node.id)
  else core.applied.subject(network, node)
}

const tick = (core: CoreState, at: UnixMs): void => {
  for (const shard of core.directory.shards.values()) {
    checkLeaving(shard, at)
    checkTimeouts(shard.timeouts, at, (node) => checkNode(shard, node, at))
    forgetExpired(shard, at)
    checkHead(shard, at)
    reviewMoves(shard, at)
    checkSplit(shard, at)
    if (shard.nodes.size === 0) removeNetwork(core, shard, at)
  }
}

const connect = (core: CoreState, { node, info, address, at }: InputOf<'connected'>): void => {
  const shard = networkFor(core, info, info.genesis ?? null, node, at)
  if (!shard.nodes.has(node) && !hasRoom(core, at)) {
    core.counts.nodesRefused++
    return
  }
  connectNode(shard, node, info, address, at)
  leaveBehind(core, shard, node, at)
  setSubject(core, shard, node)
}

const rekey = (core: CoreState, { network, at }: InputOf<'rekeyed'>): void => {
  const shard = core.directory.shards.get(network)
  if (shard === undefined) return
  const nodes = Array.from(shard.nodes.values())
  for (const node of nodes) assignNetwork(core, shard, node, at)
}

const applyToNode = (
  core: CoreState,
  input: InputOf<'disconnected' | 'round-trip' | 'genesis' | 'renamed' | 'removed'>,
): void => {
  const shard = core.directory.shards.get(input.network)
  const node = nodeOf(core, shard, input.node)
  if (shard === undefined || node === undefined) return
  switch (input.type) {
    case 'disconnected':
      return disconnectNode(shard, node, input.at)
    case 'round-trip':
      node.roundTripMs = Math.max(0, input.roundTripMs)
      core.applied.subject(shard.key, node)
      return markNode(shard.changeSet, node)
    case 'genesis':
      node.genesis = input.genesis
      return setSubject(core, assignNetwork(core, shard, node, input.at), node.id)
    case 'renamed':
      renameNode(shard, node)
      return core.applied.subject(shard.key, node)
    case 'removed':
      if (node.state === 'inactive' || input.evenActive === true) removeNode(shard, node, 'asked', input.at)
      return
  }
}

const setSubject = ({ applied }: CoreState, shard: Shard, id: string): void => {
  const node = shard.nodes.get(id)
  if (node !== undefined) applied.subject(shard.key, node)
}
