import { minute } from '../durations.ts'
import type { Rule } from '../rule.ts'
import type { NetworkFacts } from '../facts.ts'
import { timeText } from '../words.ts'

/** Clique takes back one or two blocks all the time. */
const usualDepth = 2
const majorDepth = 10
/** So long one is reported. */
const newMs = 10 * minute

export const deepReorg: Rule<NetworkFacts> = {
  name: 'deep-reorganisation',
  about: 'network',
  severities: ['major', 'minor'],
  meaning: 'Nodes took back more blocks than the engine does in its usual work: what was confirmed is not any more.',
  advice: 'Look who sealed on both branches; with IBFT or QBFT none may ever happen. Wait for more confirmations.',
  for: 0,
  clearAfter: 0,
  judge({ reorg, at }) {
    if (reorg === null || reorg.depth <= usualDepth || at - reorg.at > newMs) return []
    return [
      {
        severity: reorg.depth >= majorDepth ? 'major' : 'minor',
        message: `Nodes took back ${reorg.depth} blocks at block ${reorg.number}, ${timeText(reorg.at)}`,
      },
    ]
  },
}
