import { describe } from 'vitest'
import { hour, minute } from '../durations.ts'
import { networkFacts } from '../testing/facts.ts'
import { testScenarios } from '../testing/scenario.ts'
import { propagationSlow } from './propagation-slow.ts'

const after =
  (propagationP95Ms: number | null, active = 6, blockTimeMs = 5000) =>
  (at: number) =>
    networkFacts(at, { propagationP95Ms, active, blockTimeMs })

describe('propagation-slow', () => {
  testScenarios(propagationSlow, [
    {
      name: 'tells of blocks that spread slowly, and when they spread well',
      script: [
        [10 * minute, after(2600)],
        [10 * minute, after(5200)],
        [20 * minute, after(2000)],
        [10 * minute, after(400)],
      ],
      tells: ['raised warning', 'updated minor', 'updated warning', 'cleared'],
      says: 'New blocks reach 95 of 100 nodes after 2.6 s, with one every 5 s',
    },
    { name: 'says nothing of less than half a block time', script: [[hour, after(2400)]], tells: [] },
    { name: 'says nothing of a fast chain below a second', script: [[hour, after(900, 6, 1000)]], tells: [] },
    { name: 'says nothing of a handful of nodes', script: [[hour, after(4000, 3)]], tells: [] },
    { name: 'says nothing while it cannot be measured', script: [[hour, after(null)]], tells: [] },
  ])
})
