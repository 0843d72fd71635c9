import { describe } from 'vitest'
import { minute, second } from '../durations.ts'
import { nodeFacts } from '../testing/facts.ts'
import { testScenarios } from '../testing/scenario.ts'
import { nodeInactive } from './node-inactive.ts'

const well = (at: number) => nodeFacts(at)
const inactive = (at: number, since: number) =>
  nodeFacts(at, { columns: { state: 'inactive', stateSince: at - since }, inactiveBecause: 'its reporter is silent' })

describe('node-inactive', () => {
  testScenarios(nodeInactive, [
    {
      name: 'tells of a node that stops, and when it is back',
      script: [
        [minute, well],
        [3 * minute, inactive],
        [minute, well],
      ],
      tells: ['raised major', 'cleared'],
      says: 'validator-1 has been inactive since 2026-12-01 06:01 UTC: its reporter is silent',
    },
    {
      name: 'says nothing of a restart',
      script: [
        [minute, well],
        [20 * second, inactive],
        [minute, well],
      ],
      tells: [],
    },
  ])
})
