import { describe, expect, it } from 'vitest'
import { runKills } from './history/kill-run.ts'
import { createRandom } from '@netstats/protocol/testing/random'

describe('a server with a history that is killed', () => {
  it('has every row that could be read exactly once, and its picture, when it is back', async () => {
    // The long form is `npm run proof:history`.
    const { durable, blocks, rounds } = await runKills({ rounds: 4, agents: 10, random: createRandom(1) })
    expect(rounds).toBe(4)
    expect(durable).toBeGreaterThan(500)
    expect(blocks).toBeGreaterThan(3)
  })
})
