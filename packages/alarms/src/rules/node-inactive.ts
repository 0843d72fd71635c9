import { second } from '../durations.ts'
import type { Rule } from '../rule.ts'
import type { NodeFacts } from '../facts.ts'
import { timeText } from '../words.ts'
import { numberOf } from './read.ts'

export const nodeInactive: Rule<NodeFacts> = {
  name: 'node-inactive',
  about: 'node',
  severities: ['major'],
  meaning: 'Nothing is heard of a node, or its reporter cannot reach it.',
  advice: 'Look whether the node and its agent run, and whether the machine reaches this server.',
  for: 30 * second,
  clearAfter: 15 * second,
  judge(node) {
    if (node.column('state') !== 'inactive') return []
    const since = numberOf(node, 'stateSince') ?? node.at
    const because = node.inactiveBecause ? `: ${node.inactiveBecause}` : ''
    const message = `${node.name} has been inactive since ${timeText(since)}${because}`
    return [{ severity: 'major', message }]
  },
}
