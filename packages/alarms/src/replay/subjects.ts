/** What is known of each subject at a moment of a replay. */
import type { NetworkFacts, NodeFacts, ServerFacts } from '../facts.ts'
import { createTrends } from '../trends.ts'
import type { ReplayLine } from './line.ts'

interface Measured {
  readonly value: number
  readonly at: number
}

interface ReplayedNode {
  readonly network: ReplayedNetwork
  readonly id: string
  readonly columns: Map<string, unknown>
  readonly metrics: Map<string, Measured>
  inactiveBecause: string | null
  lost: NodeFacts['lost']
}

interface ReplayedNetwork {
  readonly key: string
  readonly nodes: Map<string, ReplayedNode>
  facts: NonNullable<ReplayLine['facts']>
}

const maxSubjects = 10_000

export interface Subjects {
  /** False: there is no room for one more. */
  readonly take: (line: ReplayLine) => boolean
  readonly networks: (at: number) => Iterable<NetworkFacts>
  readonly nodes: (network: NetworkFacts) => Iterable<NodeFacts>
  readonly server: (at: number) => ServerFacts
}

const noFacts = { head: null, headAt: null, blockTimeMs: null, reorg: null, split: null, propagationP95Ms: null }

const takeNode = (node: ReplayedNode, line: ReplayLine): void => {
  for (const [column, value] of Object.entries(line.columns ?? {})) {
    if (column === 'state' && value !== node.columns.get('state')) node.columns.set('stateSince', line.at)
    node.columns.set(column, value)
  }
  for (const [name, value] of Object.entries(line.metrics ?? {})) {
    if (value === null) node.metrics.delete(name)
    else node.metrics.set(name, { value, at: line.at })
  }
  if (line.inactiveBecause !== undefined) node.inactiveBecause = line.inactiveBecause
  if (line.lost !== undefined) node.lost = line.lost
}

const isActive = (node: ReplayedNode): boolean => node.columns.get('state') !== 'inactive'

export const createSubjects = (): Subjects => {
  const networks = new Map<string, ReplayedNetwork>()
  const trends = createTrends()
  let parts: ServerFacts['parts'] = []
  const metrics = new Map<string, number>()
  let count = 0

  const networkOf = (key: string): ReplayedNetwork => {
    const before = networks.get(key)
    if (before !== undefined) return before
    count++
    const network: ReplayedNetwork = { key, nodes: new Map(), facts: {} }
    networks.set(key, network)
    return network
  }
  const nodeOf = (network: ReplayedNetwork, id: string): ReplayedNode => {
    const before = network.nodes.get(id)
    if (before !== undefined) return before
    count++
    const columns = new Map<string, unknown>([
      ['id', id],
      ['name', id],
      ['state', 'active'],
    ])
    const node: ReplayedNode = { network, id, columns, metrics: new Map(), inactiveBecause: null, lost: null }
    network.nodes.set(id, node)
    return node
  }
  const nameOf = ({ id, columns }: ReplayedNode): string => {
    const name = columns.get('name')
    return typeof name === 'string' ? name : id
  }
  const factsOf = (node: ReplayedNode, networkFacts: NetworkFacts): NodeFacts => ({
    at: networkFacts.at,
    network: networkFacts.network,
    node: node.id,
    name: nameOf(node),
    column: (name) => node.columns.get(name),
    metric: (name) => node.metrics.get(name),
    metricNames: (prefix) => [...node.metrics.keys()].filter((name) => name.startsWith(prefix)),
    trend(name) {
      const found = node.metrics.get(name)
      return found && trends.take(node, name, found.value, found.at)
    },
    networkFacts,
    inactiveBecause: node.inactiveBecause,
    lost: node.lost,
  })

  return {
    take(line) {
      if (line.server !== undefined) {
        parts = line.server.parts?.map((part) => ({ ...part, reason: part.reason ?? null })) ?? parts
        for (const [name, value] of Object.entries(line.server.metrics ?? {})) {
          if (value === null) metrics.delete(name)
          else metrics.set(name, value)
        }
      }
      if (line.network === undefined) return true
      if (count + 2 > maxSubjects) return false
      const network = networkOf(line.network)
      if (line.facts !== undefined) network.facts = { ...network.facts, ...line.facts }
      if (line.node !== undefined) takeNode(nodeOf(network, line.node), line)
      return true
    },
    *networks(at) {
      for (const { key, nodes, facts } of networks.values()) {
        const active = [...nodes.values()].filter(isActive).length
        yield { nodes: nodes.size, active, ...noFacts, ...facts, network: key, at }
      }
    },
    *nodes(network) {
      for (const node of networks.get(network.network)?.nodes.values() ?? []) yield factsOf(node, network)
    },
    server: (at) => ({ at, parts, metric: (name) => metrics.get(name) }),
  }
}
