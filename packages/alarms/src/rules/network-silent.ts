import { second } from '../durations.ts'
import type { Rule } from '../rule.ts'
import type { NetworkFacts } from '../facts.ts'
import { countText } from '../words.ts'

export const networkSilent: Rule<NetworkFacts> = {
  name: 'network-silent',
  about: 'network',
  severities: ['critical'],
  meaning: 'No node of a network reports any more, so nothing is known of its chain.',
  advice: 'Look at what all of them share: the way to this server, a proxy, a region, a secret that was changed.',
  for: 30 * second,
  clearAfter: 15 * second,
  judge: ({ nodes, active }) =>
    // A single node that falls silent has a rule of its own.
    nodes < 2 || active > 0
      ? []
      : [{ severity: 'critical', message: `None of the ${countText(nodes, 'node')} reports` }],
}
