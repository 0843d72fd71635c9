import { describe } from 'vitest'
import { hour, minute } from '../durations.ts'
import { nodeFacts } from '../testing/facts.ts'
import { testScenarios } from '../testing/scenario.ts'
import { syncingLong } from './syncing-long.ts'

const syncing =
  (is: boolean, behind = 1200) =>
  (at: number) =>
    nodeFacts(at, { columns: { syncing: is, behind } })

describe('node-syncing-long', () => {
  testScenarios(syncingLong, [
    {
      name: 'tells of a node that syncs for hours, and when it is done',
      script: [
        [2 * hour, syncing(true)],
        [hour, syncing(false, 0)],
      ],
      tells: ['raised warning', 'cleared'],
      says: 'validator-1 has been syncing for more than an hour, 1200 blocks behind the head',
    },
    {
      name: 'says nothing of a short sync',
      script: [
        [50 * minute, syncing(true)],
        [hour, syncing(false)],
      ],
      tells: [],
    },
  ])
})
