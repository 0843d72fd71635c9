/**
 * What rules see of a node. One object is given for all nodes, one after the other: thirty thousand are looked at every few
 * seconds, and rules only read it.
 */
import type { NetworkFacts, NodeFacts, Trends } from '@netstats/alarms'
import type { NodeColumn } from '@netstats/protocol/feed'
import type { LatestMetrics } from '../history/history-model.ts'
import type { CoreNode } from '../shard/applied.ts'
import type { Cells, NetworkView } from '../shard/shard-model.ts'
import type { NodeNotes } from './node-notes.ts'

export interface NodeFactsOptions {
  readonly latest: LatestMetrics
  readonly trends: Trends
  readonly notes: NodeNotes
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] }

export interface NodeLook {
  /** Facts of a node, good until the next call; undefined where it is gone. */
  readonly of: (view: NetworkView, id: string, networkFacts: NetworkFacts, at: number) => NodeFacts | undefined
}

type Values = ReturnType<LatestMetrics['of']>['values']

export const createNodeLook = ({ latest, trends, notes }: NodeFactsOptions): NodeLook => {
  let cells: Cells
  let record: CoreNode
  let values: Values | undefined
  const valuesOf = (): Values => (values ??= latest.of(facts.network, facts.node).values)

  const facts: Mutable<NodeFacts> = {
    at: 0,
    network: '',
    node: '',
    name: '',
    networkFacts: {} as NetworkFacts,
    column: (name) => cells(name as NodeColumn),
    metric: (name) => valuesOf().get(name),
    metricNames: (prefix) => [...valuesOf().keys()].filter((name) => name.startsWith(prefix)),
    trend(name) {
      const found = valuesOf().get(name)
      return found && trends.take(record, name, found.value, found.at)
    },
    inactiveBecause: null,
    lost: null,
  }
  return {
    of(view, id, networkFacts, at) {
      const [found, node] = [view.cells(id), view.record(id)]
      if (found === undefined || node === undefined) return undefined
      cells = found
      record = node
      values = undefined
      facts.at = at
      facts.network = view.key
      facts.node = id
      facts.name = cells('name')
      facts.networkFacts = networkFacts
      facts.inactiveBecause = node.state === 'inactive' ? notes.inactiveBecause(node) : null
      facts.lost = notes.lost(node, at)
      return facts
    },
  }
}
