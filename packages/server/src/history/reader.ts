import type { Clock } from '@netstats/sdk'
import type { ManagedStore } from '@netstats/store'
import type { NameIds } from './name-ids.ts'
import type { HistoryReader } from './history-model.ts'
import { createMoments } from './time-travel/mod.ts'

interface Source {
  readonly store: ManagedStore | undefined
  readonly reason: string
}

/** Names and moments of a store that comes and goes. */
export const createReader = (source: Source, names: NameIds, clock: Clock): HistoryReader => {
  const moments = createMoments({
    store: () => source.store,
    names,
    now: () => clock.now(),
    monotonic: () => clock.monotonic(),
  })
  return {
    get store() {
      return source.store
    },
    get reason() {
      return source.reason
    },
    networkKey: (network) => names.networks.get(network)?.key,
    nodeKey: (network, node) => names.networks.get(network)?.nodes.get(node)?.key,
    metricKey: (name) => names.metrics.get(name)?.key,
    networkOf: (key) => names.networkOf(key)?.name,
    nodeOf: (key) => names.nodeOf(key)?.id,
    metricOf: (key) => names.metricOf(key)?.name,
    networks: () => [...names.networks.keys()],
    viewAt: (network, at, options) => moments.viewAt(network, at, options),
  }
}
