import { describe } from 'vitest'
import { hour, minute, second } from '../durations.ts'
import { networkFacts } from '../testing/facts.ts'
import { testScenarios } from '../testing/scenario.ts'
import { networkSplit } from './network-split.ts'

const split =
  (...nodes: readonly number[]) =>
  (at: number) =>
    networkFacts(at, { split: { number: 990, nodes } })
const whole = (at: number) => networkFacts(at)

describe('network-split', () => {
  testScenarios(networkSplit, [
    {
      name: 'tells of a split, how bad it is, and when all are on one branch',
      script: [
        [minute, split(1, 5)],
        [minute, split(3, 3)],
        [minute, whole],
      ],
      tells: ['raised major', 'updated critical', 'cleared'],
      says: 'Nodes are split above block 990: 5 and 1 of them on different branches',
    },
    {
      name: 'says nothing of one that ends by itself',
      script: [
        [15 * second, split(3, 3)],
        [hour, whole],
      ],
      tells: [],
    },
  ])
})
