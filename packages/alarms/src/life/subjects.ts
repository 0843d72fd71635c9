import type { Subject } from '../rule.ts'
import type { Entry } from './entry.ts'

type OfNodes = Map<string | null, Entry[]>

/** Judged alarms by rule and subject. Where a rule has none, looking costs one look into a map. */
export interface Subjects {
  readonly of: (rule: string, subject: Subject) => readonly Entry[] | undefined
  /** Of a rule in a network, by node. */
  readonly inNetwork: (rule: string, network: string | null) => ReadonlyMap<string | null, readonly Entry[]> | undefined
  readonly add: (entry: Entry) => void
  readonly remove: (entry: Entry) => void
}

export const createSubjects = (): Subjects => {
  const rules = new Map<string, Map<string | null, OfNodes>>()
  return {
    of: (rule, { network, node }) => rules.get(rule)?.get(network)?.get(node),
    inNetwork: (rule, network) => rules.get(rule)?.get(network),
    add(entry) {
      const networks = rules.get(entry.rule) ?? new Map<string | null, OfNodes>()
      rules.set(entry.rule, networks)
      const nodes: OfNodes = networks.get(entry.network) ?? new Map()
      networks.set(entry.network, nodes)
      const entries = nodes.get(entry.node)
      if (entries === undefined) nodes.set(entry.node, [entry])
      else entries.push(entry)
    },
    remove(entry) {
      const networks = rules.get(entry.rule)
      const nodes = networks?.get(entry.network)
      const entries = nodes?.get(entry.node)
      if (networks === undefined || nodes === undefined || entries === undefined) return
      const at = entries.indexOf(entry)
      if (at !== -1) entries.splice(at, 1)
      if (entries.length === 0) nodes.delete(entry.node)
      if (nodes.size === 0) networks.delete(entry.network)
      if (networks.size === 0) rules.delete(entry.rule)
    },
  }
}
