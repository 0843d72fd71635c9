/**
 * Names of networks, nodes and metrics. Rows that wait have a number of this process in place of each name, given at first
 * use, whether the store is open or not; the store gives a name its key when the first batch is written that may have it.
 */
import type { Catalog, NameKeys, Names, StoreBatch, TableBatch } from '@netstats/store'
import { createTokenBucket, takeTokens } from '@netstats/sdk/limits'
import type { Rate, TokenBucket } from '@netstats/sdk/limits'
import { noSums } from './rollup/bucket-sums.ts'
import type { SumKey } from './rollup/bucket-sums.ts'

interface Named {
  /** In rows that wait to be written. */
  readonly number: number
  /** In rows of the store; 0 until the store has given it. */
  key: number
}
export interface NetworkName extends Named, SumKey {
  readonly name: string
  readonly networkId: string | null
  firstSeenAt: number
  readonly nodes: Map<string, NodeName>
}
export interface NodeName extends Named, SumKey {
  readonly id: string
  readonly network: NetworkName
  firstSeenAt: number
}
export interface MetricName extends Named {
  readonly name: string
}

/** Names without a key. */
export interface NewNames {
  readonly names: Names
  /** The store has given them these keys. */
  stored(keys: NameKeys): void
}

export interface NameLimits {
  /** A name beyond has no number: its rows are not kept, and counted. */
  readonly networks: number
  readonly nodes: number
  readonly metrics: number
}

/** Keys are never reused, so a sender that invents names is slowed down. Rows of names that come too fast are not kept. */
interface NameRates {
  readonly networks: Rate
  readonly nodes: Rate
}

export interface NameIds {
  readonly networks: ReadonlyMap<string, NetworkName>
  readonly metrics: ReadonlyMap<string, MetricName>
  readonly nodeCount: number
  /** Finds or adds a name; undefined at the bound. */
  network(name: string, networkId: string | null, at: number): NetworkName | undefined
  node(network: NetworkName, id: string, at: number): NodeName | undefined
  metric(name: string): MetricName | undefined
  networkOf(key: number): NetworkName | undefined
  nodeOf(key: number): NodeName | undefined
  metricOf(key: number): MetricName | undefined
  /** Takes the names and keys of a store that was opened. Names that it does not have lose theirs. */
  adopt(catalog: Pick<Catalog, 'networks' | 'nodes' | 'metricNames'>): void
  /** Undefined where every name has a key. */
  withoutKey(): NewNames | undefined
  /** The rows with keys in place of numbers. */
  withKeys(rows: StoreBatch): StoreBatch
}

export const defaultNameLimits: NameLimits = { networks: 10_000, nodes: 1_000_000, metrics: 10_000 }
/** At once what the core holds at a time; then no more in a week than a tenth of the networks, six tenths of the nodes. */
const defaultNameRates: NameRates = {
  networks: { perSecond: 1 / 600, burst: 1001 },
  nodes: { perSecond: 1, burst: 100_000 },
}

/** One sort of names. */
interface Shelf<T extends Named> {
  /** By number, from 1. */
  readonly all: (T | undefined)[]
  byKey: Map<number, T>
  /** Without a key. */
  fresh: T[]
}

const createShelf = <T extends Named>(): Shelf<T> => ({ all: [undefined], byKey: new Map(), fresh: [] })

/** Adds a name, with the next number. */
const place = <T extends Named>(shelf: Shelf<T>, one: T): T => {
  shelf.all.push(one)
  shelf.fresh.push(one)
  return one
}

const setKeys = <T extends Named>(shelf: Shelf<T>, names: readonly T[], keys: readonly number[]): void => {
  names.forEach((one, i) => {
    one.key = keys[i] ?? 0
    shelf.byKey.set(one.key, one)
  })
  shelf.fresh = shelf.fresh.filter(({ key }) => key === 0)
}

const dropKeys = <T extends Named>(shelf: Shelf<T>): void => {
  for (const one of shelf.all) if (one !== undefined) one.key = 0
  shelf.byKey = new Map()
  shelf.fresh = shelf.all.filter((one) => one !== undefined)
}

/** Columns that hold numbers of names, and of which. */
const numberColumns = { network: 'network', node: 'node', firstNode: 'node', metric: 'metric' } as const

// oxlint-disable-next-line max-lines-per-function -- networks, nodes and metrics are numbered alike, and a node needs the number and key of its network
export const createNameIds = (limits: NameLimits = defaultNameLimits, rates: NameRates = defaultNameRates): NameIds => {
  const buckets: { networks?: TokenBucket; nodes?: TokenBucket } = {}
  const hasRoom = (sort: 'networks' | 'nodes', count: number, at: number): boolean =>
    count < limits[sort] && takeTokens((buckets[sort] ??= createTokenBucket(rates[sort], at)), rates[sort], at)

  const networks = new Map<string, NetworkName>()
  const metrics = new Map<string, MetricName>()
  const shelves = {
    network: createShelf<NetworkName>(),
    node: createShelf<NodeName>(),
    metric: createShelf<MetricName>(),
  }

  const newNetwork = (name: string, networkId: string | null, firstSeenAt: number): NetworkName => {
    const number = shelves.network.all.length
    const made = place(shelves.network, { number, key: 0, name, networkId, firstSeenAt, nodes: new Map(), ...noSums })
    networks.set(name, made)
    return made
  }
  const newNode = (network: NetworkName, id: string, firstSeenAt: number): NodeName => {
    const made = place(shelves.node, { number: shelves.node.all.length, key: 0, id, network, firstSeenAt, ...noSums })
    network.nodes.set(id, made)
    return made
  }
  const newMetric = (name: string): MetricName => {
    const made = place(shelves.metric, { number: shelves.metric.all.length, key: 0, name })
    metrics.set(name, made)
    return made
  }

  const keysOf = (sort: keyof typeof shelves, numbers: Uint32Array): Uint32Array => {
    const { all } = shelves[sort]
    return numbers.map((number) => all[number]?.key ?? 0)
  }

  const tableWithKeys = ({ rows, columns }: TableBatch): TableBatch => {
    const changed = Object.entries(numberColumns).flatMap(([name, sort]) => {
      const data = columns[name]
      if (data === undefined || !(data.values instanceof Uint32Array)) return []
      return [[name, { ...data, values: keysOf(sort, data.values.subarray(0, rows)) }] as const]
    })
    return { rows, columns: { ...columns, ...Object.fromEntries(changed) } }
  }

  return {
    networks,
    metrics,
    get nodeCount() {
      return shelves.node.all.length - 1
    },
    network(name, networkId, at) {
      const known = networks.get(name)
      if (known !== undefined || !hasRoom('networks', networks.size, at)) return known
      return newNetwork(name, networkId, at)
    },
    node(network, id, at) {
      const known = network.nodes.get(id)
      if (known !== undefined || !hasRoom('nodes', shelves.node.all.length - 1, at)) return known
      return newNode(network, id, at)
    },
    metric(name) {
      const known = metrics.get(name)
      if (known !== undefined || metrics.size >= limits.metrics) return known
      return newMetric(name)
    },
    networkOf: (key) => shelves.network.byKey.get(key),
    nodeOf: (key) => shelves.node.byKey.get(key),
    metricOf: (key) => shelves.metric.byKey.get(key),

    adopt(catalog) {
      const { network: ofNetworks, node: ofNodes, metric: ofMetrics } = shelves
      for (const shelf of [ofNetworks, ofNodes, ofMetrics]) dropKeys<Named>(shelf)
      const found = { network: [] as NetworkName[], node: [] as NodeName[], nodeKeys: [] as number[] }
      for (const { name, networkId, firstSeenAt } of catalog.networks) {
        const one = networks.get(name) ?? newNetwork(name, networkId, firstSeenAt)
        one.firstSeenAt = Math.min(one.firstSeenAt, firstSeenAt)
        found.network.push(one)
      }
      const keys = (rows: readonly { readonly key: number }[]): readonly number[] => rows.map(({ key }) => key)
      setKeys(ofNetworks, found.network, keys(catalog.networks))
      for (const { key, network, id, firstSeenAt } of catalog.nodes) {
        const of = ofNetworks.byKey.get(network)
        if (of === undefined) continue
        const one = of.nodes.get(id) ?? newNode(of, id, firstSeenAt)
        one.firstSeenAt = Math.min(one.firstSeenAt, firstSeenAt)
        found.node.push(one)
        found.nodeKeys.push(key)
      }
      setKeys(ofNodes, found.node, found.nodeKeys)
      const metricNames = catalog.metricNames.map(({ name }) => metrics.get(name) ?? newMetric(name))
      setKeys(ofMetrics, metricNames, keys(catalog.metricNames))
    },

    withoutKey() {
      const [ofNetworks, ofNodes, ofMetrics] = [shelves.network.fresh, shelves.node.fresh, shelves.metric.fresh]
      if (ofNetworks.length + ofNodes.length + ofMetrics.length === 0) return undefined
      const fresh = { networks: [...ofNetworks], nodes: [...ofNodes], metrics: [...ofMetrics] }
      return {
        names: {
          networks: fresh.networks.map(({ name, networkId, firstSeenAt }) => ({ name, networkId, firstSeenAt })),
          nodes: fresh.nodes.map(({ network, id, firstSeenAt }) => ({ network: network.name, id, firstSeenAt })),
          metrics: fresh.metrics.map(({ name }) => name),
        },
        stored(keys) {
          setKeys(shelves.network, fresh.networks, keys.networks)
          setKeys(shelves.node, fresh.nodes, keys.nodes)
          setKeys(shelves.metric, fresh.metrics, keys.metrics)
        },
      }
    },

    withKeys: (rows) => Object.fromEntries(Object.entries(rows).map(([name, table]) => [name, tableWithKeys(table)])),
  }
}
