import type { NodeId, Observation } from '@netstats/protocol'

/** The newest of what the sources said, for sinks that tell what is while they still send what was. */
export interface Latest {
  take(observation: Observation): void
  of(node: NodeId): readonly Observation[]
}

/** Alarms of a node that are kept; beyond it the one that said nothing for longest goes. */
const mostAlarms = 50

/** Bounded by nodes, kinds and alarms: what comes takes the place of what it supersedes. */
export const createLatest = (): Latest => {
  const byNode = new Map<
    NodeId,
    { readonly kinds: Map<string, Observation>; readonly alarms: Map<string, Observation> }
  >()

  return {
    take(observation) {
      // It tells of the past, or of this agent's own past.
      if (observation.kind === 'gap' || (observation.kind === 'block' && observation.body.historical === true)) return
      let node = byNode.get(observation.node)
      if (node === undefined) byNode.set(observation.node, (node = { kinds: new Map(), alarms: new Map() }))
      if (observation.kind !== 'alarm') {
        node.kinds.set(observation.kind, observation)
        return
      }
      const { alarms } = node
      alarms.delete(observation.body.alarm)
      alarms.set(observation.body.alarm, observation)
      const [oldest] = alarms.keys()
      if (alarms.size > mostAlarms && oldest !== undefined) alarms.delete(oldest)
    },
    of(node) {
      const known = byNode.get(node)
      return known === undefined ? [] : [...known.kinds.values(), ...known.alarms.values()]
    },
  }
}
