import { minute, second } from '../durations.ts'
import type { Rule } from '../rule.ts'
import type { NetworkFacts } from '../facts.ts'
import { durationText, timeText } from '../words.ts'

/** So many times the usual time between two blocks. */
const times = 10
const leastMs = 30 * second
/** Nothing waits, and how long this network takes to a block without transactions is not known. */
const leastQuietMs = 5 * minute

/** How long no block may come before the chain is said to stand; undefined while its block time is not known. */
const longestWait = (network: NetworkFacts): number | undefined => {
  const { blockTimeMs, emptyBlockTimeMs, pending } = network
  if (blockTimeMs === null) return undefined
  const usual = Math.max(leastMs, times * blockTimeMs)
  // Some networks make blocks for transactions only, or empty ones seldom.
  if (pending !== 0) return usual
  return emptyBlockTimeMs === undefined || emptyBlockTimeMs === null
    ? Math.max(leastQuietMs, usual)
    : Math.max(leastMs, times * emptyBlockTimeMs)
}

export const chainStalled: Rule<NetworkFacts> = {
  name: 'chain-stalled',
  about: 'network',
  severities: ['critical'],
  meaning: 'Nodes report, but no new block has come for far longer than this network takes.',
  advice: 'Look which validators are away or behind, and whether enough of them reach each other to go on.',
  for: 0,
  clearAfter: 20 * second,
  judge(network, isOpen) {
    const { head, headAt, active, at, blockTimeMs } = network
    const wait = isOpen() ? leastMs : longestWait(network)
    // Without a node that reports nothing is known of the chain. Once open, only a new block ends it.
    if (head === null || headAt === null || active === 0 || wait === undefined || at - headAt < wait) return []
    const usual = blockTimeMs === null ? '' : `, usually one every ${durationText(blockTimeMs)}`
    return [
      {
        severity: 'critical',
        message: `No new block since ${timeText(headAt)}${usual}; the newest is ${head}`,
      },
    ]
  },
}
