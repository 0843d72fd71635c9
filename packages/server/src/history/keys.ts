/**
 * Names of networks, nodes and metrics, and the numbers that stand for them in the store. A number is given at first
 * use, before the store is open; what the store says then wins: `reconcile` tells how waiting rows are to be renumbered.
 */
import { createTableBuilder, tables } from '@netstats/sdk/store'
import type { Catalog, StoreBatch } from '@netstats/sdk/store'
import { createTokenBucket, takeTokens } from '../ingest/token-bucket.ts'
import type { Rate, TokenBucket } from '../ingest/token-bucket.ts'

interface Named {
  key: number
  /** In the store. */
  durable: boolean
}
export interface NetworkName extends Named {
  readonly name: string
  readonly networkId: string | null
  firstSeenAt: number
  readonly nodes: Map<string, NodeName>
}
export interface NodeName extends Named {
  readonly id: string
  readonly network: NetworkName
  firstSeenAt: number
}
export interface MetricName extends Named {
  readonly name: string
}

/** New number by old; an entry is 0 where the old one stood for nothing. */
export interface Renumbering {
  readonly network: Uint32Array
  readonly node: Uint32Array
  readonly metric: Uint32Array
}

/** Rows of names not yet in the store; `stored` says that they are now. */
export interface NewNames {
  readonly batch: StoreBatch
  readonly rows: number
  stored(): void
}

export interface KeyLimits {
  /** Names beyond are not given a number: what they say is not kept, and counted. */
  readonly networks: number
  readonly nodes: number
  readonly metrics: number
}

/** Numbers are never used again: whoever invents names must not use them up for all. What is too soon is not kept. */
interface KeyRates {
  readonly networks: Rate
  readonly nodes: Rate
}

export interface Keys {
  readonly networks: ReadonlyMap<string, NetworkName>
  readonly metrics: ReadonlyMap<string, MetricName>
  readonly nodeCount: number
  /** Finds or makes; undefined at the bound. */
  network(name: string, networkId: string | null, at: number): NetworkName | undefined
  node(network: NetworkName, id: string, at: number): NodeName | undefined
  metric(name: string): MetricName | undefined
  networkOf(key: number): NetworkName | undefined
  nodeOf(key: number): NodeName | undefined
  metricOf(key: number): MetricName | undefined
  /** Undefined where every number stays as it is. */
  reconcile(catalog: Pick<Catalog, 'networks' | 'nodes' | 'metricNames'>): Renumbering | undefined
  unwritten(): NewNames | undefined
}

export const defaultKeyLimits: KeyLimits = { networks: 10_000, nodes: 1_000_000, metrics: 10_000 }
/** At once what the core holds at a time; then no more in a week than a tenth of the networks, six tenths of the nodes. */
const defaultKeyRates: KeyRates = {
  networks: { perSecond: 1 / 600, burst: 1001 },
  nodes: { perSecond: 1, burst: 100_000 },
}

/** One sort of names by number. */
interface Shelf<T extends Named> {
  all: (T | undefined)[]
  count: number
  fresh: T[]
}

const createShelf = <T extends Named>(): Shelf<T> => ({ all: [undefined], count: 0, fresh: [] })

const place = <T extends Named>(shelf: Shelf<T>, one: T): T => {
  one.key = shelf.all.length
  shelf.all.push(one)
  shelf.count++
  shelf.fresh.push(one)
  return one
}

/** Numbers those in the store as it says and all others after them; gives new number by old. */
const renumber = <T extends Named>(shelf: Shelf<T>, stored: ReadonlyMap<T, number>): Uint32Array => {
  const before = shelf.all
  const after: (T | undefined)[] = [undefined]
  const moves = new Uint32Array(before.length)
  for (const [one, key] of stored) {
    one.durable = true
    after[key] = one
    if (one.key > 0) moves[one.key] = key
  }
  for (let key = 0; key < after.length; key++) after[key] ??= undefined
  shelf.fresh = []
  for (const one of before) {
    if (one === undefined || stored.has(one)) continue
    one.durable = false
    moves[one.key] = after.length
    after.push(one)
    shelf.fresh.push(one)
  }
  shelf.all = after
  shelf.count = 0
  after.forEach((one, key) => {
    if (one === undefined) return
    one.key = key
    shelf.count++
  })
  return moves
}

const stands = (moves: Uint32Array): boolean => moves.every((key, old) => key === 0 || key === old)

export const createKeys = (limits: KeyLimits = defaultKeyLimits, rates: KeyRates = defaultKeyRates): Keys => {
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
    const made: NetworkName = { key: 0, durable: false, name, networkId, firstSeenAt, nodes: new Map() }
    networks.set(name, made)
    return made
  }
  const newNode = (network: NetworkName, id: string, firstSeenAt: number): NodeName => {
    const made: NodeName = { key: 0, durable: false, id, network, firstSeenAt }
    network.nodes.set(id, made)
    return made
  }
  const newMetric = (name: string): MetricName => {
    const made: MetricName = { key: 0, durable: false, name }
    metrics.set(name, made)
    return made
  }

  return {
    networks,
    metrics,
    get nodeCount() {
      return shelves.node.count
    },
    network(name, networkId, at) {
      const known = networks.get(name)
      if (known !== undefined || !hasRoom('networks', shelves.network.count, at)) return known
      return place(shelves.network, newNetwork(name, networkId, at))
    },
    node(network, id, at) {
      const known = network.nodes.get(id)
      if (known !== undefined || !hasRoom('nodes', shelves.node.count, at)) return known
      return place(shelves.node, newNode(network, id, at))
    },
    metric(name) {
      const known = metrics.get(name)
      if (known !== undefined || shelves.metric.count >= limits.metrics) return known
      return place(shelves.metric, newMetric(name))
    },
    networkOf: (key) => shelves.network.all[key],
    nodeOf: (key) => shelves.node.all[key],
    metricOf: (key) => shelves.metric.all[key],

    reconcile(catalog) {
      const storedNetworks = new Map<NetworkName, number>()
      const byKey = new Map<number, NetworkName>()
      for (const { key, name, networkId, firstSeenAt } of catalog.networks) {
        const one = networks.get(name) ?? newNetwork(name, networkId, firstSeenAt)
        one.firstSeenAt = Math.min(one.firstSeenAt, firstSeenAt)
        storedNetworks.set(one, key)
        byKey.set(key, one)
      }
      const storedNodes = new Map<NodeName, number>()
      for (const { key, network, id, firstSeenAt } of catalog.nodes) {
        const of = byKey.get(network)
        if (of === undefined) continue
        const one = of.nodes.get(id) ?? newNode(of, id, firstSeenAt)
        one.firstSeenAt = Math.min(one.firstSeenAt, firstSeenAt)
        storedNodes.set(one, key)
      }
      const storedMetrics = new Map<MetricName, number>()
      for (const { key, name } of catalog.metricNames) storedMetrics.set(metrics.get(name) ?? newMetric(name), key)
      const moves: Renumbering = {
        network: renumber(shelves.network, storedNetworks),
        node: renumber(shelves.node, storedNodes),
        metric: renumber(shelves.metric, storedMetrics),
      }
      return stands(moves.network) && stands(moves.node) && stands(moves.metric) ? undefined : moves
    },

    unwritten() {
      const { network, node, metric } = shelves
      const fresh = { network: [...network.fresh], node: [...node.fresh], metric: [...metric.fresh] }
      const rows = fresh.network.length + fresh.node.length + fresh.metric.length
      if (rows === 0) return undefined
      const builders = {
        network: createTableBuilder(tables.network),
        node: createTableBuilder(tables.node),
        metricName: createTableBuilder(tables.metricName),
      }
      for (const { key, name, networkId, firstSeenAt } of fresh.network)
        builders.network.add({ key, name, networkId, firstSeenAt })
      for (const { key, network, id, firstSeenAt } of fresh.node)
        builders.node.add({ key, network: network.key, id, firstSeenAt })
      for (const { key, name } of fresh.metric) builders.metricName.add({ key, name })
      const batch = Object.fromEntries(
        Object.entries(builders).flatMap(([name, builder]) => (builder.rows === 0 ? [] : [[name, builder.take()]])),
      )
      return {
        batch,
        rows,
        stored() {
          for (const sort of ['network', 'node', 'metric'] as const) {
            for (const one of fresh[sort]) one.durable = true
            shelves[sort].fresh = (shelves[sort].fresh as Named[]).filter((one) => !one.durable) as never
          }
        },
      }
    },
  }
}
