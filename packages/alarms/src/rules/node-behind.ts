import { minute, second } from '../durations.ts'
import type { Rule } from '../rule.ts'
import type { NodeFacts } from '../facts.ts'
import { durationText } from '../words.ts'
import { isActive, numberOf } from './read.ts'

/** Fewer blocks are the way of the blocks through the network. */
const fewestBlocks = 3
/** Many blocks of a fast network are no more than that either. */
const leastMs = 30 * second
const majorMs = 10 * minute
const usualBlockTimeMs = 5 * second

export const nodeBehind: Rule<NodeFacts> = {
  name: 'node-behind',
  about: 'node',
  severities: ['major', 'minor'],
  meaning: "A node's newest block is well below the head of its network, and it does not say that it is syncing.",
  advice: 'Look at its peers, its disk and its CPU, and whether its log tells of blocks that it refuses.',
  for: 30 * second,
  clearAfter: 15 * second,
  judge(node, isOpen) {
    const behind = numberOf(node, 'behind')
    if (behind === undefined || !isActive(node) || node.column('syncing') === true) return []
    const lateMs = behind * (node.networkFacts.blockTimeMs ?? usualBlockTimeMs)
    const isLate = behind >= fewestBlocks && lateMs >= leastMs
    // Once open, it has to catch up: not hover below the limit.
    if (!isLate && !(isOpen() && behind >= 2)) return []
    const block = numberOf(node, 'blockNumber')
    const place = block === undefined ? '' : ` (it has block ${block})`
    return [
      {
        severity: lateMs >= majorMs ? 'major' : 'minor',
        message: `${node.name} is ${behind} blocks behind the head, about ${durationText(lateMs)}${place}`,
      },
    ]
  },
}
