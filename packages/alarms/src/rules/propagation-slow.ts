import { minute } from '../durations.ts'
import type { Rule } from '../rule.ts'
import type { NetworkFacts } from '../facts.ts'
import { durationText } from '../words.ts'

/** As a share of the block time; below a second nobody is late for the next block. */
const slowShare = 0.5
const leastMs = 1000
const wellShare = 0.7
const fewestNodes = 4

export const propagationSlow: Rule<NetworkFacts> = {
  name: 'propagation-slow',
  about: 'network',
  severities: ['minor', 'warning'],
  meaning: 'New blocks take half a block time or more to reach nearly all nodes, so that forks become likely.',
  advice: 'See on the pages of the newest blocks which nodes have them last, and how these are connected.',
  for: 5 * minute,
  clearAfter: 5 * minute,
  judge(network, isOpen) {
    const { propagationP95Ms: p95, blockTimeMs, active } = network
    if (p95 === null || blockTimeMs === null || active < fewestNodes) return []
    const limit = Math.max(leastMs, blockTimeMs * slowShare)
    if (p95 < limit * (isOpen() ? wellShare : 1)) return []
    return [
      {
        severity: p95 >= blockTimeMs ? 'minor' : 'warning',
        message: `New blocks reach 95 of 100 nodes after ${durationText(p95)}, with one every ${durationText(blockTimeMs)}`,
      },
    ]
  },
}
