import { describe } from 'vitest'
import { minute, second } from '../durations.ts'
import { serverFacts } from '../testing/facts.ts'
import { testScenarios } from '../testing/scenario.ts'
import { partUnhealthy } from './server-part-unhealthy.ts'

const part =
  (name: string, state: string, reason: string | null = null) =>
  (at: number) =>
    serverFacts(at, { parts: [{ name, state, reason }] })

describe('server-part-unhealthy', () => {
  testScenarios(partUnhealthy, [
    {
      name: 'tells of a part that fails, and when it is well again',
      script: [
        [minute, part('sink/webhook', 'degraded', 'its peer refuses')],
        [minute, part('sink/webhook', 'failed', 'its peer refuses')],
        [2 * minute, (at) => serverFacts(at)],
      ],
      tells: ['raised minor', 'updated major', 'cleared'],
      says: "The server's part sink/webhook is degraded: its peer refuses",
    },
    { name: 'says nothing of one that starts', script: [[5 * minute, part('geo', 'starting')]], tells: [] },
    { name: 'says nothing of one that is restarted', script: [[20 * second, part('feed', 'failed')]], tells: [] },
    { name: 'leaves the store to its own rules', script: [[5 * minute, part('store', 'failed')]], tells: [] },
  ])
})
