import type { NodeFacts } from '../facts.ts'
import type { Rule } from '../rule.ts'
import { freshMetric } from './read.ts'

/** An agent that judges the local rules of its nodes itself says so with this metric. */
export const judgesMetric = 'netstats.agent.judges'

/** A rule that the server leaves to agents that judge it themselves: else an alarm would be there twice. */
export const unlessAgentJudges = (rule: Rule<NodeFacts>): Rule<NodeFacts> => ({
  ...rule,
  judge: (node, isOpen) => (freshMetric(node, judgesMetric) === 1 ? [] : rule.judge(node, isOpen)),
})
