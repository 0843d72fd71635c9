import { createRandom } from '@netstats/protocol/testing/random'
import { expect, it } from 'vitest'
import { runAlarmKills } from './alarms/alarm-kill-run.ts'

it('each step of each alarm is told once and in order, although the server is killed and the receiver is away at times', async () => {
  // The long form is `npm run proof:alarms`.
  const result = await runAlarmKills({ rounds: 3, reporters: 4, nodes: 2, random: createRandom(1) })
  expect(result.raised).toBeGreaterThan(10)
  expect(result.cleared).toBeGreaterThan(3)
})
