import { describe } from 'vitest'
import { hour, minute } from '../durations.ts'
import { nodeFacts } from '../testing/facts.ts'
import { testScenarios } from '../testing/scenario.ts'
import { agentGap } from './agent-gap.ts'

describe('agent-gap', () => {
  testScenarios(agentGap, [
    {
      name: 'tells of what an agent gave up, for an hour',
      script: [
        [2 * hour, (at, since) => nodeFacts(at, { lost: { count: 120, at: at - since } })],
        [minute, (at) => nodeFacts(at)],
      ],
      tells: ['raised warning', 'cleared'],
      says: 'The agent of validator-1 gave up 120 observations within an hour',
    },
    {
      name: 'says nothing where nothing was given up',
      script: [[hour, (at) => nodeFacts(at, { lost: { count: 0, at } })]],
      tells: [],
    },
  ])
})
