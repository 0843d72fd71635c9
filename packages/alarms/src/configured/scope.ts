import { matchesGlob } from '../glob.ts'
import type { NetworkFacts, NodeFacts, ServerFacts } from '../facts.ts'
import type { RuleEntry } from './entry.ts'

type Scope = Pick<RuleEntry, 'networks' | 'nodes'>

const isOneOf = (patterns: readonly string[] | undefined, ...names: readonly string[]): boolean =>
  patterns === undefined || patterns.some((pattern) => names.some((name) => matchesGlob(pattern, name)))

/** Whether an entry speaks of the subject that facts are about. Nodes go by their name and their id. */
export const isInScope = ({ networks, nodes }: Scope, facts: NodeFacts | NetworkFacts | ServerFacts): boolean => {
  if (!('network' in facts)) return true
  if (!isOneOf(networks, facts.network)) return false
  return !('node' in facts) || isOneOf(nodes, facts.name, facts.node)
}
