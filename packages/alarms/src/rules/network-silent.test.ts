import { describe } from 'vitest'
import { minute } from '../durations.ts'
import { networkFacts } from '../testing/facts.ts'
import { testScenarios } from '../testing/scenario.ts'
import { networkSilent } from './network-silent.ts'

const active =
  (count: number, nodes = 6) =>
  (at: number) =>
    networkFacts(at, { nodes, active: count })

describe('network-silent', () => {
  testScenarios(networkSilent, [
    {
      name: 'tells that nobody reports, and that one does again',
      script: [
        [minute, active(6)],
        [5 * minute, active(0)],
        [minute, active(1)],
      ],
      tells: ['raised critical', 'cleared'],
      says: 'None of the 6 nodes reports',
    },
    { name: 'says nothing while one reports', script: [[5 * minute, active(1)]], tells: [] },
    { name: 'leaves a network of one node to that node', script: [[5 * minute, active(0, 1)]], tells: [] },
    { name: 'says nothing of a network without nodes', script: [[5 * minute, active(0, 0)]], tells: [] },
  ])
})
