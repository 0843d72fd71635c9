import type { Subject } from '../rule.ts'
import type { Entry } from './entry.ts'

/** Alarms of every kind by what they are about. */
export interface Places {
  /** Of a node, a network with all its nodes, or the server. */
  readonly about: (subject: Subject) => readonly Entry[]
  readonly add: (entry: Entry) => void
  readonly remove: (entry: Entry) => void
}

export const createPlaces = (): Places => {
  const places = new Map<string | null, Map<string | null, Set<Entry>>>()
  return {
    about({ network, node }) {
      const nodes = places.get(network)
      if (network !== null && node === null) return [...(nodes?.values() ?? [])].flatMap((there) => [...there])
      return [...(nodes?.get(node) ?? [])]
    },
    add(entry) {
      const nodes = places.get(entry.network) ?? new Map<string | null, Set<Entry>>()
      places.set(entry.network, nodes)
      const there = nodes.get(entry.node) ?? new Set<Entry>()
      nodes.set(entry.node, there.add(entry))
    },
    remove(entry) {
      const nodes = places.get(entry.network)
      const there = nodes?.get(entry.node)
      there?.delete(entry)
      if (there?.size === 0) nodes?.delete(entry.node)
      if (nodes?.size === 0) places.delete(entry.network)
    },
  }
}
