/** The newest value of each metric of the nodes that are there, since the server started. It goes when a node goes. */
import type { LatestMetrics, LatestValue } from './history-model.ts'
import type { MetricName } from './name-ids.ts'
import type { NodeEntry, NodeIndex } from './node-index.ts'

/** Metrics of one node whose newest value is kept; more are counted. */
export const maxLatest = 1000

interface Values {
  readonly all: Map<string, LatestValue>
  /** Names beyond the bound. */
  readonly beyond: Set<string>
  version: number
}

export interface OwnLatestMetrics extends LatestMetrics {
  set(node: NodeEntry, metric: MetricName, value: number, at: number): void
}

export const createLatestValues = (index: Pick<NodeIndex, 'networks'>): OwnLatestMetrics => {
  const nodes = new WeakMap<NodeEntry, Values>()
  const find = (network: string, id: string): Values | undefined => {
    const node = index.networks.get(network)?.nodes.get(id)
    return node === undefined ? undefined : nodes.get(node)
  }
  return {
    set(node, { name }, value, at) {
      let values = nodes.get(node)
      if (values === undefined) nodes.set(node, (values = { all: new Map(), beyond: new Set(), version: 0 }))
      const before = values.all.get(name)
      if (before === undefined && values.all.size >= maxLatest) {
        // Counted to the same bound again: a sender of ever new names makes nothing grow.
        if (values.beyond.size < maxLatest) values.beyond.add(name)
        return
      }
      // What comes late is older than what is shown.
      if (before !== undefined && before.at > at) return
      values.all.set(name, { value, at })
      values.version++
    },
    version: (network, node) => find(network, node)?.version ?? 0,
    of(network, node) {
      const { all, beyond } = find(network, node) ?? {}
      return { values: all ?? new Map<string, LatestValue>(), omitted: beyond?.size ?? 0 }
    },
  }
}

export const noLatestMetrics: LatestMetrics = {
  version: () => 0,
  of: () => ({ values: new Map<string, LatestValue>(), omitted: 0 }),
}
