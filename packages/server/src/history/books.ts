/** What the recorder keeps of the networks and nodes that are there: their numbers, places in the roll-ups, last words. */
import type { RowOf, Tables } from '@netstats/sdk/store'
import type { Core, NetworkView } from '../shard/model.ts'
import type { Keys, MetricName, NetworkName, NodeName } from './keys.ts'
import type { ObservedNode } from '../shard/observer.ts'
import { createSlots } from './slots.ts'
import type { Slots } from './slots.ts'

/** A row of node_info without what differs each time. */
export type Inventory = Omit<RowOf<Tables['nodeInfo']>, 'at' | 'seq' | 'network' | 'node'>

export interface NetworkBook {
  readonly name: NetworkName
  readonly slot: number
  readonly view: NetworkView
  readonly nodes: Map<string, NodeBook>
}

export interface NodeBook {
  readonly id: string
  readonly name: NodeName
  readonly network: NetworkBook
  readonly slot: number
  inventory: Inventory | undefined
  /** The store has rows of it since it appeared. */
  told: boolean
  /** An alarm of its inactivity is raised. */
  alarmed: boolean
  /** Totals at its last change of state, and since when it is active; null while it is not. */
  sessions: number
  activeMs: number
  activeSince: number | null
  /** Where the core has it; undefined until that was seen. */
  record: ObservedNode | undefined
  /** Places of its metrics by number of their name. */
  readonly series: Map<MetricName, number>
}

export interface Series {
  readonly node: NodeBook
  readonly metric: MetricName
}

export interface Books {
  readonly networks: ReadonlyMap<string, NetworkBook>
  /** What `of` has found before, without a look at its name. */
  known(node: ObservedNode): NodeBook | undefined
  /** The same as `node`; `known` then knows it. */
  of(network: string, node: ObservedNode, at: number): NodeBook | undefined
  /** Undefined for a node the core does not know, or beyond the names that are kept apart. */
  node(network: string, id: string, at: number): NodeBook | undefined
  network(name: string, at: number): NetworkBook | undefined
  /** Place of a node's metric in the roll-ups; undefined beyond the bound. */
  seriesOf(node: NodeBook, metric: MetricName): number | undefined
  /** Lets go of it; give back the places only after what is in them has been written. */
  forgetNode(node: NodeBook): void
  forgetNetwork(network: NetworkBook): void
  readonly networkSlots: Slots<NetworkBook>
  readonly nodeSlots: Slots<NodeBook>
  readonly seriesSlots: Slots<Series>
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

export const createBooks = (core: Pick<Core, 'network' | 'inventory'>, keys: Keys): Books => {
  const networks = new Map<string, NetworkBook>()
  const networkSlots = createSlots<NetworkBook>()
  const nodeSlots = createSlots<NodeBook>()
  const seriesSlots = createSlots<Series>()
  let turnedAway = 0

  const openNetwork = (key: string, at: number): NetworkBook | undefined => {
    const view = core.network(key)
    if (view === undefined) return undefined
    const name = keys.network(key, networkIdOf(key), at)
    if (name === undefined) {
      turnedAway++
      return undefined
    }
    const made = { name, slot: 0, view, nodes: new Map<string, NodeBook>() }
    made.slot = networkSlots.take(made)
    networks.set(key, made)
    return made
  }

  const network = (key: string, at: number): NetworkBook | undefined => networks.get(key) ?? openNetwork(key, at)

  const openNode = (key: string, id: string, at: number): NodeBook | undefined => {
    const known = core.inventory(key, id, at)
    const of = known === undefined ? undefined : network(key, at)
    if (known === undefined || of === undefined) return undefined
    const name = keys.node(of.name, id, at)
    if (name === undefined) {
      turnedAway++
      return undefined
    }
    const active = of.view.column(id, 'state') === 'active'
    const made: NodeBook & { slot: number } = {
      id,
      name,
      network: of,
      slot: 0,
      inventory: undefined,
      told: false,
      alarmed: false,
      sessions: known.sessions,
      activeMs: known.activeMs,
      activeSince: active ? at : null,
      record: undefined,
      series: new Map<MetricName, number>(),
    }
    made.slot = nodeSlots.take(made)
    of.nodes.set(id, made)
    return made
  }

  const node = (key: string, id: string, at: number): NodeBook | undefined =>
    networks.get(key)?.nodes.get(id) ?? openNode(key, id, at)

  return {
    networks,
    known: ({ book }) => book as NodeBook | undefined,
    of(key, record, at) {
      const found = node(key, record.id, at)
      if (found === undefined) return undefined
      record.book = found
      found.record = record
      return found
    },
    node,
    network,
    seriesOf(node, metric) {
      const known = node.series.get(metric)
      if (known !== undefined || seriesSlots.used >= maxSeries) return known
      const slot = seriesSlots.take({ node, metric })
      node.series.set(metric, slot)
      return slot
    },
    forgetNode(node) {
      node.network.nodes.delete(node.id)
      if (node.record !== undefined) node.record.book = undefined
      for (const slot of node.series.values()) seriesSlots.free(slot)
      nodeSlots.free(node.slot)
    },
    forgetNetwork(one) {
      networks.delete(one.name.name)
      networkSlots.free(one.slot)
    },
    networkSlots,
    nodeSlots,
    seriesSlots,
    get turnedAway() {
      return turnedAway
    },
  }
}
