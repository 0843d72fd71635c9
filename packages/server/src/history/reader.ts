import type { Clock } from '@netstats/sdk'
import type { Store } from '@netstats/sdk/store'
import type { Keys } from './keys.ts'
import type { HistoryReader } from './model.ts'
import { createMoments } from './moment/mod.ts'

interface Source {
  readonly store: Store | undefined
  readonly reason: string
}

/** Names and moments of a store that comes and goes. */
export const createReader = (source: Source, keys: Keys, clock: Clock): HistoryReader => {
  const moments = createMoments({
    store: () => source.store,
    keys,
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
    networkKey: (network) => keys.networks.get(network)?.key,
    nodeKey: (network, node) => keys.networks.get(network)?.nodes.get(node)?.key,
    metricKey: (name) => keys.metrics.get(name)?.key,
    networkOf: (key) => keys.networkOf(key)?.name,
    nodeOf: (key) => keys.nodeOf(key)?.id,
    metricOf: (key) => keys.metricOf(key)?.name,
    networks: () => [...keys.networks.keys()],
    viewAt: (network, at, options) => moments.viewAt(network, at, options),
  }
}
