import { describe } from 'vitest'
import { day, hour } from '../durations.ts'
import { networkFacts } from '../testing/facts.ts'
import { testScenarios } from '../testing/scenario.ts'
import { versionsDiffer } from './versions-differ.ts'

const running =
  (...versions: readonly (readonly [string, number])[]) =>
  (at: number) =>
    networkFacts(at, { versions: versions.map(([name, count]) => ({ name, count })) })

describe('client-versions-differ', () => {
  testScenarios(versionsDiffer, [
    {
      name: 'tells of an upgrade that has not reached all after a day, and when it has',
      script: [
        [day + hour, running(['geth 1.13.14', 5], ['besu 24.1.0', 2], ['geth 1.13.1', 1])],
        [2 * hour, running(['geth 1.13.14', 6], ['besu 24.1.0', 2])],
      ],
      tells: ['raised warning', 'cleared'],
      says: 'geth runs in 2 versions: 1.13.14 on 5, 1.13.1 on 1',
    },
    {
      name: 'says nothing while an upgrade is rolled out',
      script: [
        [23 * hour, running(['geth 1.13.14', 3], ['geth 1.13.1', 3])],
        [2 * hour, running(['geth 1.13.14', 6])],
      ],
      tells: [],
    },
    {
      name: 'says nothing of several clients',
      script: [[2 * day, running(['geth 1.13.14', 3], ['besu 24.1.0', 3])]],
      tells: [],
    },
  ])
})
