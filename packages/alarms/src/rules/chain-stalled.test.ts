import { describe } from 'vitest'
import type { NetworkFacts } from '../facts.ts'
import { hour, minute } from '../durations.ts'
import { networkFacts } from '../testing/facts.ts'
import { testScenarios } from '../testing/scenario.ts'
import { chainStalled } from './chain-stalled.ts'

const running = (at: number) => networkFacts(at)
const standing =
  (script: Partial<NetworkFacts> = {}) =>
  (at: number, since: number) =>
    networkFacts(at, { headAt: at - since, ...script })

describe('chain-stalled', () => {
  testScenarios(chainStalled, [
    {
      name: 'tells of a chain that stands, and when it goes on',
      script: [
        [minute, running],
        [hour, standing()],
        [minute, running],
      ],
      tells: ['raised critical', 'cleared'],
      says: 'No new block since 2026-12-01 06:01 UTC, usually one every 5 s; the newest is 1000',
    },
    {
      name: 'stays open when nothing waits any more',
      script: [
        [minute, standing({ pending: 3 })],
        [minute, standing({ pending: 0, headAt: 0 })],
        [minute, running],
      ],
      tells: ['raised critical', 'cleared'],
    },
    {
      name: 'leaves a network with long block times alone',
      script: [[9 * minute, standing({ blockTimeMs: minute })]],
      tells: [],
    },
    {
      name: 'leaves a network alone that makes empty blocks seldom, while nothing waits',
      script: [[9 * minute, standing({ blockTimeMs: 1000, pending: 0, emptyBlockTimeMs: minute })]],
      tells: [],
    },
    {
      name: 'gives a network time of which no empty block is known, while nothing waits',
      script: [[4 * minute, standing({ blockTimeMs: 1000, pending: 0, emptyBlockTimeMs: null })]],
      tells: [],
    },
    {
      name: 'takes the block time of empty blocks where they come as usual',
      script: [[minute, standing({ blockTimeMs: 2000, pending: 0, emptyBlockTimeMs: 2000 })]],
      tells: ['raised critical'],
    },
    { name: 'says nothing while nobody reports', script: [[hour, standing({ active: 0 })]], tells: [] },
  ])
})
