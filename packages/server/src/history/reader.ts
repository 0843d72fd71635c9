import type { Clock } from '@netstats/sdk'
import type { ManagedStore } from '@netstats/store'
import { endsWithin } from '../lib/with-timeout.ts'
import type { NameIds } from './name-ids.ts'
import type { HistoryReader } from './history-model.ts'
import { createMoments } from './time-travel/mod.ts'

interface Source {
  readonly store: ManagedStore | undefined
  readonly reason: string
}

/** Rows that the store does not have yet. */
export interface Unwritten {
  /** How long the oldest of them has waited, milliseconds; 0 where none waits. */
  readonly lag: () => number
  readonly flushed: () => Promise<void>
}

/** A moment is not waited for longer than this: it is shown as far as it is written. */
const patienceMs = 3000

/** Names and moments of a store that comes and goes. */
export const createReader = (source: Source, names: NameIds, clock: Clock, unwritten?: Unwritten): HistoryReader => {
  const moments = createMoments({
    store: () => source.store,
    names,
    now: () => clock.now(),
    monotonic: () => clock.monotonic(),
  })
  /** Rows of the moment may be waiting: without them nodes would be missing that were there. */
  const written = async (at: number): Promise<void> => {
    if (unwritten === undefined || unwritten.lag() === 0 || at < clock.now() - unwritten.lag()) return
    await endsWithin(unwritten.flushed(), patienceMs, clock)
  }
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
    async viewAt(network, at, options) {
      await written(at)
      return moments.viewAt(network, at, options)
    },
  }
}
