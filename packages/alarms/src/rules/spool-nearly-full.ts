import { minute } from '../durations.ts'
import type { Rule } from '../rule.ts'
import type { NodeFacts } from '../facts.ts'
import { freshMetric } from './read.ts'

const fullShare = 0.8
const majorShare = 0.95
const wellShare = 0.6

export const spoolNearlyFull: Rule<NodeFacts> = {
  name: 'spool-nearly-full',
  about: 'node',
  severities: ['major', 'warning'],
  meaning: 'An agent has nearly as much undelivered as its spool holds: soon it gives up the least important of it.',
  advice: 'Look why a server or sink takes nothing, or give the spool more room (spool.maxBytes).',
  for: minute,
  clearAfter: minute,
  judge(node, isOpen) {
    const share = freshMetric(node, 'netstats.agent.spoolShare')
    if (share === undefined || share < (isOpen() ? wellShare : fullShare)) return []
    const message = `The spool of the agent of ${node.name} is ${Math.round(share * 100)} % full`
    return [{ severity: share >= majorShare ? 'major' : 'warning', message }]
  },
}
