import { second } from '../durations.ts'
import type { Rule } from '../rule.ts'
import type { NetworkFacts } from '../facts.ts'

/** With fewer on the largest branch no engine that needs two thirds goes on. */
const quorum = 2 / 3

export const networkSplit: Rule<NetworkFacts> = {
  name: 'network-split',
  about: 'network',
  severities: ['critical', 'major'],
  meaning: 'Nodes stand on different branches of the chain and stay there: what one of them confirms, another denies.',
  advice: 'See on the page of the network who is where; stop those on the wrong branch, and set them back.',
  for: 20 * second,
  clearAfter: 20 * second,
  judge({ split }) {
    if (split === null) return []
    const nodes = [...split.nodes].sort((a, b) => b - a)
    const all = nodes.reduce((sum, one) => sum + one, 0)
    const isDecided = (nodes[0] ?? 0) >= all * quorum
    return [
      {
        severity: isDecided ? 'major' : 'critical',
        message: `Nodes are split above block ${split.number}: ${nodes.join(' and ')} of them on different branches`,
      },
    ]
  },
}
