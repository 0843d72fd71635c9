import { hour, minute } from '../durations.ts'
import type { Rule } from '../rule.ts'
import type { NodeFacts } from '../facts.ts'
import { countText } from '../words.ts'
import { isActive, numberOf } from './read.ts'

export const syncingLong: Rule<NodeFacts> = {
  name: 'node-syncing-long',
  about: 'node',
  severities: ['warning'],
  meaning: 'A node has been syncing for more than an hour, and is no use to its network meanwhile.',
  advice: 'Look whether it gets nearer to the head; if not, at its peers, its disk and its log.',
  for: hour,
  clearAfter: 5 * minute,
  judge(node) {
    if (!isActive(node) || node.column('syncing') !== true) return []
    const behind = numberOf(node, 'behind')
    const far = behind === undefined ? '' : `, ${countText(behind, 'block')} behind the head`
    return [{ severity: 'warning', message: `${node.name} has been syncing for more than an hour${far}` }]
  },
}
