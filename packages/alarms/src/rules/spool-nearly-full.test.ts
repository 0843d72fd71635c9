import { describe } from 'vitest'
import { hour, minute } from '../durations.ts'
import { nodeFacts } from '../testing/facts.ts'
import { testScenarios } from '../testing/scenario.ts'
import { spoolNearlyFull } from './spool-nearly-full.ts'

const spool = (share: number) => (at: number) => nodeFacts(at, { metrics: { 'netstats.agent.spoolShare': share } })

describe('spool-nearly-full', () => {
  testScenarios(spoolNearlyFull, [
    {
      name: 'tells of a spool that fills, and when it is delivered',
      script: [
        [5 * minute, spool(0.85)],
        [5 * minute, spool(0.97)],
        [10 * minute, spool(0.7)],
        [5 * minute, spool(0.1)],
      ],
      tells: ['raised warning', 'updated major', 'updated warning', 'cleared'],
      says: 'The spool of the agent of validator-1 is 85 % full',
    },
    { name: 'says nothing of half a spool', script: [[hour, spool(0.7)]], tells: [] },
    { name: 'says nothing of a native client', script: [[hour, (at) => nodeFacts(at)]], tells: [] },
  ])
})
