import { describe } from 'vitest'
import { hour, minute } from '../durations.ts'
import { nodeFacts } from '../testing/facts.ts'
import { testScenarios } from '../testing/scenario.ts'
import { clockOff } from './clock-off.ts'

const clock =
  (offset: number, error = 0.02) =>
  (at: number) =>
    nodeFacts(at, { metrics: { 'clock.offset': offset, 'clock.error': error } })

describe('clock-off', () => {
  testScenarios(clockOff, [
    {
      name: 'tells of a clock that runs away, and when it is right again',
      script: [
        [10 * minute, clock(-0.8)],
        [10 * minute, clock(-4)],
        [10 * minute, clock(-0.1)],
      ],
      tells: ['raised warning', 'updated major', 'cleared'],
      says: "The clock of validator-1 is 800 ms behind the server's, give or take 20 ms",
    },
    { name: 'says nothing within the error of a slow link', script: [[hour, clock(0.9, 0.6)]], tells: [] },
    { name: 'says nothing of a small offset', script: [[hour, clock(0.3)]], tells: [] },
    { name: 'says nothing without a measurement', script: [[hour, (at) => nodeFacts(at)]], tells: [] },
  ])
})
