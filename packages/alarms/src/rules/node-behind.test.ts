import { describe } from 'vitest'
import { minute } from '../durations.ts'
import { nodeFacts } from '../testing/facts.ts'
import { testScenarios } from '../testing/scenario.ts'
import { nodeBehind } from './node-behind.ts'

const behind =
  (blocks: number, more: Record<string, unknown> = {}, blockTimeMs = 5000) =>
  (at: number) =>
    nodeFacts(at, { columns: { behind: blocks, blockNumber: 1000 - blocks, ...more }, network: { blockTimeMs } })

describe('node-behind', () => {
  testScenarios(nodeBehind, [
    {
      name: 'tells of a node that falls behind and further, and when it is at the head again',
      script: [
        [minute, behind(0)],
        [2 * minute, behind(8)],
        [2 * minute, behind(200)],
        [2 * minute, behind(0)],
      ],
      tells: ['raised minor', 'updated major', 'cleared'],
      says: 'validator-1 is 8 blocks behind the head, about 40 s (it has block 992)',
    },
    {
      name: 'stays open while the node hovers below the limit',
      script: [
        [2 * minute, behind(8)],
        [5 * minute, behind(4)],
        [2 * minute, behind(8)],
        [2 * minute, behind(1)],
      ],
      tells: ['raised minor', 'cleared'],
    },
    {
      name: 'says nothing of a few blocks of a fast network',
      script: [[10 * minute, behind(10, {}, 1000)]],
      tells: [],
    },
    { name: 'says nothing of two blocks of a slow network', script: [[10 * minute, behind(2, {}, 60_000)]], tells: [] },
    {
      name: 'leaves a node that is syncing alone',
      script: [[10 * minute, behind(5000, { syncing: true })]],
      tells: [],
    },
    { name: 'leaves an inactive node alone', script: [[10 * minute, behind(5000, { state: 'inactive' })]], tells: [] },
  ])
})
