import { describe } from 'vitest'
import { hour, minute } from '../durations.ts'
import { nodeFacts } from '../testing/facts.ts'
import { testScenarios } from '../testing/scenario.ts'
import { diskFull } from './disk-full.ts'

const gib = 1024 ** 3
const disk =
  (freeGib: number, perHourGib: number, fit = 0.95, hours = 6) =>
  (at: number) =>
    nodeFacts(at, {
      metrics: { 'host.diskFreeBytes': freeGib * gib, 'host.diskBytes': 1000 * gib },
      trends: { 'host.diskFreeBytes': { perHour: perHourGib * gib, fit, hours } },
    })

describe('disk-full', () => {
  testScenarios(diskFull, [
    {
      name: 'says when a disk will be full, more severely as it comes closer, and that there is room again',
      script: [
        [hour, disk(240, -2)],
        [hour, disk(100, -2)],
        [hour, disk(40, -2)],
        [hour, disk(10, -2)],
        [hour, disk(600, -2)],
      ],
      tells: ['raised warning', 'updated minor', 'updated major', 'updated critical', 'cleared'],
      says: 'The disk of validator-1 is full on 2026-12-06: 24 % of 1000 GiB are free, 48 GiB a day go',
    },
    {
      name: 'stays open while the date hovers at the limit',
      script: [
        [hour, disk(300, -2)],
        [hour, disk(400, -2)],
        [hour, disk(300, -2)],
        [hour, disk(600, -2)],
      ],
      tells: ['raised warning', 'cleared'],
    },
    {
      name: 'tells of a disk that is full whatever its slope',
      script: [
        [hour, disk(15, 0)],
        [hour, disk(400, 0)],
      ],
      tells: ['raised critical', 'cleared'],
      says: 'The disk of validator-1 is full: 2 % of 1000 GiB are free',
    },
    { name: 'leaves a disk alone that is nearly full and does not fill', script: [[hour, disk(60, -0.01)]], tells: [] },
    { name: 'does not forecast from values that lie anywhere', script: [[hour, disk(60, -10, 0.2)]], tells: [] },
    { name: 'does not forecast from minutes', script: [[hour, disk(60, -10, 0.99, 0.5)]], tells: [] },
    {
      name: 'says nothing of a short peak',
      script: [
        [5 * minute, disk(40, -2)],
        [hour, disk(600, -2)],
      ],
      tells: [],
    },
  ])
})
