/** Facts for scripts: a network that is well, a node at its head, a server without troubles; a script says what differs. */
import type { NetworkFacts, NodeFacts, ServerFacts } from '../facts.ts'

type Trend = ReturnType<NodeFacts['trend']>

export interface NodeScript {
  readonly columns?: Readonly<Record<string, unknown>>
  /** Newest values, observed at this moment. */
  readonly metrics?: Readonly<Record<string, number>>
  readonly trends?: Readonly<Record<string, Trend>>
  readonly network?: Partial<NetworkFacts>
  readonly inactiveBecause?: string | undefined
  readonly lost?: NonNullable<NodeFacts['lost']>
}

export const networkFacts = (at: number, script: Partial<NetworkFacts> = {}): NetworkFacts => ({
  network: 'testnet',
  nodes: 6,
  active: 6,
  head: 1000,
  headAt: at - 2000,
  blockTimeMs: 5000,
  reorg: null,
  split: null,
  propagationP95Ms: 200,
  ...script,
  at,
})

export const nodeFacts = (at: number, script: NodeScript = {}): NodeFacts => {
  const { metrics = {}, trends = {}, network = {}, columns, ...rest } = script
  const known: Readonly<Record<string, unknown>> = {
    id: 'validator-1',
    name: 'validator-1',
    state: 'active',
    stateSince: at - 3_600_000,
    blockNumber: 1000,
    behind: 0,
    peers: 5,
    syncing: false,
    ...columns,
  }
  return {
    network: 'testnet',
    node: 'validator-1',
    name: 'validator-1',
    ...rest,
    at,
    column: (name) => known[name],
    metric: (name) => (metrics[name] === undefined ? undefined : { value: metrics[name], at }),
    metricNames: (prefix) => Object.keys(metrics).filter((name) => name.startsWith(prefix)),
    trend: (name) => trends[name],
    networkFacts: networkFacts(at, network),
  }
}

export interface ServerScript {
  readonly parts?: ServerFacts['parts']
  readonly metrics?: Readonly<Record<string, number>>
}

export const serverFacts = (at: number, { parts = [], metrics = {} }: ServerScript = {}): ServerFacts => ({
  at,
  parts,
  metric: (name) => metrics[name],
})
