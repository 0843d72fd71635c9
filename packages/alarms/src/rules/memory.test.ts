import { describe } from 'vitest'
import { hour, minute } from '../durations.ts'
import { nodeFacts } from '../testing/facts.ts'
import { testScenarios } from '../testing/scenario.ts'
import { memoryLeak, memoryShort } from './memory.ts'

const gib = 1024 ** 3
const growing =
  (perHourGib: number, fit = 0.98, availableGib = 20) =>
  (at: number) =>
    nodeFacts(at, {
      metrics: { 'host.processMemoryBytes': 9 * gib, 'host.memoryAvailableBytes': availableGib * gib },
      trends: { 'host.processMemoryBytes': { perHour: perHourGib * gib, fit, hours: 6 } },
    })

describe('memory-leak', () => {
  testScenarios(memoryLeak, [
    {
      name: 'says when memory is used up, more severely as it comes closer, and that it is over',
      script: [
        [hour, growing(0.5)],
        [hour, growing(0.5, 0.98, 5)],
        [hour, growing(-8)],
      ],
      tells: ['raised warning', 'updated minor', 'cleared'],
      says: 'The process of validator-1 takes 9 GiB and 512 MiB more an hour; memory is used up around 2026-12-02 23:00 UTC',
    },
    { name: 'says nothing of a cache that fills', script: [[5 * hour, growing(0.5, 0.7)]], tells: [] },
    { name: 'says nothing of slow growth', script: [[5 * hour, growing(0.1)]], tells: [] },
  ])
})

const available = (gibs: number) => (at: number) =>
  nodeFacts(at, { metrics: { 'host.memoryBytes': 32 * gib, 'host.memoryAvailableBytes': gibs * gib } })

describe('memory-short', () => {
  testScenarios(memoryShort, [
    {
      name: 'tells of a machine without memory until there is some more',
      script: [
        [10 * minute, available(1)],
        [10 * minute, available(2)],
        [10 * minute, available(3)],
      ],
      tells: ['raised minor', 'cleared'],
      says: 'The machine of validator-1 has 1 GiB of 32 GiB memory left (3.1 %)',
    },
    { name: 'says nothing of a machine that uses its memory', script: [[hour, available(2)]], tells: [] },
    {
      name: 'says nothing of a short peak',
      script: [
        [4 * minute, available(1)],
        [hour, available(9)],
      ],
      tells: [],
    },
  ])
})
