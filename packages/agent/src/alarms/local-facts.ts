/** What local rules see of a node: its machine as the host source read it last, and the agent's own spool. */
import { createTrends } from '@netstats/alarms'
import type { NetworkFacts, NodeFacts } from '@netstats/alarms'
import type { NodeId, Observation } from '@netstats/protocol'
import type { SpoolStats } from '@netstats/runtime'

export interface LocalFactsOptions {
  readonly latest: (node: NodeId) => readonly Observation[]
  readonly spool: () => Pick<SpoolStats, 'usedBytes' | 'roomBytes'>
  /** Node that the agent's own troubles are reported of. */
  readonly reporter: NodeId
}

/** Local rules need nothing of a network. */
const noNetwork = (at: number): NetworkFacts => ({
  at,
  network: '',
  nodes: 0,
  active: 0,
  head: null,
  headAt: null,
  blockTimeMs: null,
  reorg: null,
  split: null,
  propagationP95Ms: null,
})

const hostPrefix = 'host.'

const spoolShare = ({ usedBytes, roomBytes }: Pick<SpoolStats, 'usedBytes' | 'roomBytes'>): number =>
  roomBytes === 0 ? 0 : usedBytes / roomBytes

export const createLocalFacts = ({ latest, spool, reporter }: LocalFactsOptions) => {
  const trends = createTrends()
  /** What the lines through a node's values belong to. */
  const owners = new Map<NodeId, object>()
  const ownerOf = (node: NodeId): object => {
    const owner = owners.get(node) ?? {}
    owners.set(node, owner)
    return owner
  }

  return (node: NodeId, at: number): NodeFacts => {
    const host = latest(node).find((one) => one.kind === 'host')
    const metric: NodeFacts['metric'] = (name) => {
      if (name === 'netstats.agent.spoolShare')
        return node === reporter ? { value: spoolShare(spool()), at } : undefined
      if (host === undefined || !name.startsWith(hostPrefix)) return undefined
      const value = (host.body as Readonly<Record<string, unknown>>)[name.slice(hostPrefix.length)]
      return typeof value === 'number' ? { value, at: host.observedAt } : undefined
    }
    return {
      at,
      network: '',
      node,
      name: node,
      column: () => undefined,
      metric,
      metricNames: () => [],
      trend(name) {
        const found = metric(name)
        return found && trends.take(ownerOf(node), name, found.value, found.at)
      },
      networkFacts: noNetwork(at),
    }
  }
}
