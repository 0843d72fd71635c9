import { hour } from '../durations.ts'
import type { Rule } from '../rule.ts'
import type { NodeFacts } from '../facts.ts'
import { countText } from '../words.ts'

export const agentGap: Rule<NodeFacts> = {
  name: 'agent-gap',
  about: 'node',
  severities: ['warning'],
  meaning: 'An agent had to give up observations before they were delivered: the history of its node has a gap.',
  advice: 'Give its spool more room or a longer time, and look why it could not deliver.',
  for: 0,
  clearAfter: 0,
  judge(node) {
    const { lost } = node
    if (!lost || lost.count === 0 || node.at - lost.at > hour) return []
    const message = `The agent of ${node.name} gave up ${countText(lost.count, 'observation')} within an hour`
    return [{ severity: 'warning', message }]
  },
}
