/** Connects topics with the networks they are of, and tells them what changed there. */
import type { Topic } from '@netstats/protocol/feed'
import { noAlarms } from '../alarms/alarms-model.ts'
import type { OpenAlarms } from '../alarms/alarms-model.ts'
import type { ChangeSet } from '../shard/change-set.ts'
import type { WorkSteps } from '../lib/work-steps.ts'
import { alarmsSource } from './alarms-source.ts'
import { blockSource, blocksSource } from './block-sources.ts'
import type { Filter } from './filter.ts'
import { mapSource } from './map-source.ts'
import { createNetworkState } from './network-state.ts'
import type { NetworkState } from './network-state.ts'
import { nodeSource, nodesSource } from './node-sources.ts'
import { logsSource, metricsSource, nothingRecorded } from './recorded-sources.ts'
import type { Recorded } from './recorded-sources.ts'
import { looksAStep } from './registry-state.ts'
import type { RegistryState } from './registry-state.ts'
import type { SharedTopic } from './shared-topics.ts'
import { networksSource, summarySource } from './source.ts'
import type { AnySource } from './topic-state.ts'

export const attach = ({ topics, networks, options }: RegistryState, shared: SharedTopic): void => {
  const { recorded = nothingRecorded, alarms = noAlarms } = options
  shared.state.attach(sourceOf(shared.state.topic, shared.filter, networks, { ...recorded, alarms }))
  topics.markChanged(shared)
}

/** Takes in networks that came, or were replaced by another of their name, and forgets those that went. */
export const syncNetworks = (state: RegistryState): void => {
  const { networks, topics, options } = state
  const views = options.core.networks()
  if (views.length === networks.size && views.every((view) => networks.get(view.key)?.view === view)) return
  markListChanged(state)
  const present = new Set<string>()
  for (const view of views) {
    present.add(view.key)
    if (networks.get(view.key)?.view === view) continue
    networks.set(view.key, createNetworkState(view, options.monotonic))
    for (const shared of topics.of(view.key)) {
      const wasLive = shared.state.live
      attach(state, shared)
      if (wasLive) options.onLost(shared, true)
    }
  }
  for (const key of networks.keys()) {
    if (present.has(key)) continue
    networks.delete(key)
    for (const shared of topics.of(key)) {
      shared.state.attach(undefined)
      options.onLost(shared, false)
    }
  }
}

/** Tells every topic what changed in its network since the last time. */
export const noteChanges = function* (state: RegistryState): WorkSteps {
  const { networks, topics, options } = state
  let looked = 0
  for (const [key, network] of networks) {
    const dirty = options.takeDirty(key)
    if (isNothing(dirty)) continue
    yield* network.apply(dirty)
    if (dirty.summary) markListChanged(state)
    for (const shared of topics.of(key)) {
      shared.state.note(dirty)
      topics.markChanged(shared)
      if (++looked % looksAStep === 0) yield
    }
  }
}

/** The list of networks. */
const markListChanged = ({ topics }: RegistryState): void => {
  for (const shared of topics.of(undefined)) topics.markChanged(shared)
}

const isNothing = (dirty: ChangeSet): boolean =>
  !dirty.summary &&
  !dirty.allNodes &&
  dirty.nodes.size + dirty.removedNodes.size + dirty.blocks.size + dirty.removedBlocks.size === 0

const sourceOf = (
  topic: Topic,
  filter: Filter | undefined,
  networks: ReadonlyMap<string, NetworkState>,
  recorded: Recorded & { readonly alarms: OpenAlarms },
): AnySource | undefined => {
  if (topic.topic === 'networks') return networksSource(() => [...networks.values()])
  if (topic.topic === 'alarms') return alarmsSource(recorded.alarms, topic.network, topic.limit)
  const network = networks.get(topic.network)
  if (network === undefined) return undefined
  switch (topic.topic) {
    case 'summary':
      return summarySource(network)
    case 'nodes':
      return nodesSource(network, topic.window, filter ?? { terms: [], canonical: '' })
    case 'node':
      return nodeSource(network, topic.node)
    case 'blocks':
      return blocksSource(network, topic.limit)
    case 'block':
      return blockSource(network, topic.hash)
    case 'map':
      return mapSource(network)
    case 'logs':
      return logsSource(network.view, recorded.logs, topic.filter, topic.limit)
    case 'metrics':
      return metricsSource(recorded.metrics, topic.network, topic.node)
  }
}
