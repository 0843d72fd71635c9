/** What the recorder keeps of the networks and nodes that are there: their names and what they said last. */
import type { RowOf, Tables } from '@netstats/store'
import type { CoreNode } from '../shard/mod.ts'
import { activeMsAt } from '../shard/mod.ts'
import type { Core, NetworkView } from '../shard/shard-model.ts'
import type { NameIds, MetricName, NetworkName, NodeName } from './name-ids.ts'
import { noSums } from './rollup/bucket-sums.ts'
import type { MetricSeries } from './rollup/rollups.ts'

/** A row of node_info without what differs each time. */
export type Inventory = Omit<RowOf<Tables['nodeInfo']>, 'at' | 'seq' | 'network' | 'node'>

export interface NetworkEntry {
  readonly name: NetworkName
  readonly view: NetworkView
  readonly nodes: Map<string, NodeEntry>
  /** By the node's slot in the core. */
  readonly bySlot: (NodeEntry | undefined)[]
}

export interface NodeEntry {
  readonly id: string
  readonly name: NodeName
  readonly network: NetworkEntry
  inventory: Inventory | undefined
  /** The store has rows of it since it appeared. */
  told: boolean
  /** Totals at its last change of state, and since when it is active; null while it is not. */
  sessions: number
  activeMs: number
  activeSince: number | null
  /** The node in the core, also after the core has forgotten it. */
  readonly record: CoreNode
  /** Its metrics that are rolled up. */
  readonly series: Map<MetricName, MetricSeries>
}

export interface NodeIndex {
  readonly networks: ReadonlyMap<string, NetworkEntry>
  /** Found by its slot, without a look at its name; undefined beyond the names that are kept apart. */
  of(network: string, node: CoreNode, at: number): NodeEntry | undefined
  /** Undefined for a node the core does not know, or beyond the names that are kept apart. */
  node(network: string, id: string, at: number): NodeEntry | undefined
  network(name: string, at: number): NetworkEntry | undefined
  /** Undefined beyond the bound of metrics that are rolled up. */
  seriesOf(node: NodeEntry, metric: MetricName): MetricSeries | undefined
  forgetNode(node: NodeEntry): void
  forgetNetwork(network: NetworkEntry): void
  /** Nodes and networks turned away because there were too many names. */
  readonly turnedAway: number
}

/** Metrics of nodes rolled up at the same time; beyond, they are kept raw only. */
const maxSeries = 1_000_000

/** The id that is part of a network's name; null for those that have none. */
export const networkIdOf = (network: string): string | null => {
  const [id = ''] = network.split('-')
  return /^\d+$/.test(id) ? id : null
}

export const createNodeIndex = (core: Pick<Core, 'network'>, names: NameIds): NodeIndex => {
  const networks = new Map<string, NetworkEntry>()
  let series = 0
  let turnedAway = 0

  const openNetwork = (key: string, at: number): NetworkEntry | undefined => {
    const view = core.network(key)
    if (view === undefined) return undefined
    const name = names.network(key, view.networkId ?? networkIdOf(key), at)
    if (name === undefined) {
      turnedAway++
      return undefined
    }
    const made = { name, view, nodes: new Map<string, NodeEntry>(), bySlot: [] }
    networks.set(key, made)
    return made
  }

  const network = (key: string, at: number): NetworkEntry | undefined => networks.get(key) ?? openNetwork(key, at)

  const openNode = (key: string, record: CoreNode, at: number): NodeEntry | undefined => {
    const of = network(key, at)
    if (of === undefined) return undefined
    const name = names.node(of.name, record.id, at)
    if (name === undefined) {
      turnedAway++
      return undefined
    }
    const made: NodeEntry = {
      id: record.id,
      name,
      network: of,
      inventory: undefined,
      told: false,
      sessions: record.sessions,
      activeMs: activeMsAt(record, at),
      activeSince: record.state === 'active' ? at : null,
      record,
      series: new Map<MetricName, MetricSeries>(),
    }
    of.nodes.set(record.id, made)
    of.bySlot[record.slot] = made
    return made
  }

  return {
    networks,
    of(key, record, at) {
      const entry = networks.get(key)?.bySlot[record.slot]
      return entry?.record === record ? entry : openNode(key, record, at)
    },
    node(key, id, at) {
      const known = networks.get(key)?.nodes.get(id)
      if (known !== undefined) return known
      const record = core.network(key)?.record(id)
      return record === undefined ? undefined : openNode(key, record, at)
    },
    network,
    seriesOf(node, metric) {
      const known = node.series.get(metric)
      if (known !== undefined || series >= maxSeries) return known
      const made = { node: node.name, metric, ...noSums }
      node.series.set(metric, made)
      series++
      return made
    },
    forgetNode(node) {
      const { nodes, bySlot } = node.network
      nodes.delete(node.id)
      if (bySlot[node.record.slot] === node) bySlot[node.record.slot] = undefined
      series -= node.series.size
    },
    forgetNetwork: (one) => void networks.delete(one.name.name),
    get turnedAway() {
      return turnedAway
    },
  }
}
