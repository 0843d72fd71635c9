import { minute } from '../durations.ts'
import type { Rule } from '../rule.ts'
import type { NodeFacts } from '../facts.ts'
import { durationText } from '../words.ts'
import { freshMetric } from './read.ts'

/** From here on validators miss turns: Aura and Clique refuse blocks from the future. */
const warningMs = 500
const majorMs = 3000
/** Once open, it has to be well again. */
const wellShare = 0.6

export const clockOff: Rule<NodeFacts> = {
  name: 'clock-off',
  about: 'node',
  severities: ['major', 'warning'],
  meaning: "A machine's clock differs from the server's: a validator then misses its turns, or its blocks are refused.",
  advice: "Look whether NTP runs on the machine; where many nodes differ alike, look at the server's own clock.",
  for: 2 * minute,
  clearAfter: 2 * minute,
  judge(node, isOpen) {
    const offset = freshMetric(node, 'clock.offset')
    if (offset === undefined) return []
    const error = freshMetric(node, 'clock.error') ?? 0
    // What is certain: within the error it may be right.
    const off = Math.max(0, Math.abs(offset) - error) * 1000
    if (off < warningMs * (isOpen() ? wellShare : 1)) return []
    const way = offset > 0 ? 'ahead of' : 'behind'
    const message = `The clock of ${node.name} is ${durationText(Math.abs(offset) * 1000)} ${way} the server's, give or take ${durationText(error * 1000)}`
    return [{ severity: off >= majorMs ? 'major' : 'warning', message }]
  },
}
