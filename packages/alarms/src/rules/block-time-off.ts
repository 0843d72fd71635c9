import { minute } from '../durations.ts'
import type { Rule } from '../rule.ts'
import type { NetworkFacts } from '../facts.ts'
import { durationText } from '../words.ts'

/** So many times the usual, or that part of it. */
const offFactor = 1.5
const wellFactor = 1.2
const minorFactor = 3

export const blockTimeOff: Rule<NetworkFacts> = {
  name: 'block-time-off',
  about: 'network',
  severities: ['minor', 'warning'],
  meaning: 'The newest blocks come much slower or faster than they did over the last day.',
  advice: 'Look which validators miss their turns: each that is away costs time; faster blocks come from a new period.',
  for: 5 * minute,
  clearAfter: 5 * minute,
  judge({ blockTimeMs, usualBlockTimeMs, pending }, isOpen) {
    if (blockTimeMs === null || usualBlockTimeMs === null || usualBlockTimeMs === undefined) return []
    if (blockTimeMs <= 0 || usualBlockTimeMs <= 0) return []
    const factor = Math.max(blockTimeMs / usualBlockTimeMs, usualBlockTimeMs / blockTimeMs)
    if (factor < (isOpen() ? wellFactor : offFactor)) return []
    // Where nothing waits, some networks rest.
    const isSlower = blockTimeMs > usualBlockTimeMs
    if (isSlower && pending === 0) return []
    return [
      {
        severity: isSlower && factor >= minorFactor ? 'minor' : 'warning',
        message: `A block comes every ${durationText(blockTimeMs)}, ${isSlower ? 'slower' : 'faster'} than usual: every ${durationText(usualBlockTimeMs)}`,
      },
    ]
  },
}
