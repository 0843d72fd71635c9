import { describe } from 'vitest'
import { hour, minute } from '../durations.ts'
import type { NetworkFacts } from '../facts.ts'
import { networkFacts } from '../testing/facts.ts'
import { testScenarios } from '../testing/scenario.ts'
import { blockTimeOff } from './block-time-off.ts'

const blocks =
  (blockTimeMs: number, more: Partial<NetworkFacts> = {}) =>
  (at: number) =>
    networkFacts(at, { blockTimeMs, usualBlockTimeMs: 5000, pending: 2, ...more })

describe('block-time-off', () => {
  testScenarios(blockTimeOff, [
    {
      name: 'tells of blocks that come slower, and when they come as usual',
      script: [
        [10 * minute, blocks(8000)],
        [10 * minute, blocks(20_000)],
        [20 * minute, blocks(6500)],
        [10 * minute, blocks(5000)],
      ],
      tells: ['raised warning', 'updated minor', 'updated warning', 'cleared'],
      says: 'A block comes every 8 s, slower than usual: every 5 s',
    },
    {
      name: 'tells of blocks that come faster',
      script: [[hour, blocks(2000)]],
      tells: ['raised warning'],
      says: 'faster',
    },
    { name: 'says nothing of a little', script: [[hour, blocks(7000)]], tells: [] },
    {
      name: 'leaves a network at rest alone while nothing waits',
      script: [[hour, blocks(30_000, { pending: 0 })]],
      tells: [],
    },
    {
      name: 'says nothing where the usual is not known',
      script: [[hour, blocks(30_000, { usualBlockTimeMs: null })]],
      tells: [],
    },
  ])
})
