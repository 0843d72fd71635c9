import { describe } from 'vitest'
import { hour } from '../durations.ts'
import { networkFacts } from '../testing/facts.ts'
import { testScenarios } from '../testing/scenario.ts'
import { deepReorg } from './deep-reorg.ts'

const reorg = (depth: number) => (at: number, since: number) =>
  networkFacts(at, { reorg: { depth, at: at - since, number: 990 } })

describe('deep-reorganisation', () => {
  testScenarios(deepReorg, [
    {
      name: 'tells of a deep one, for ten minutes',
      script: [[hour, reorg(5)]],
      tells: ['raised minor', 'cleared'],
      says: 'Nodes took back 5 blocks at block 990, 2026-12-01 06:00 UTC',
    },
    { name: 'tells more severely of a very deep one', script: [[hour, reorg(12)]], tells: ['raised major', 'cleared'] },
    { name: 'says nothing of what Clique does all day', script: [[hour, reorg(2)]], tells: [] },
  ])
})
