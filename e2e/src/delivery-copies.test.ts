import { createRandom } from '@netstats/protocol/testing/random'
import { describe, expect, it } from 'vitest'
import { runDelivery } from './delivery/delivery-run.ts'

describe('delivery from machines that are copied and put back', () => {
  it('loses nothing that is not told, stores nothing twice, and names a clone on both sides within a minute', async () => {
    // The long form is `npm run proof:delivery`.
    const result = await runDelivery({
      agents: 3,
      random: createRandom(2),
      faults: ['clone-agent', 'restore-agent', 'restore-server', 'agent killed', 'restore-both', 'restore-agent'],
    })
    expect(result.produced).toBeGreaterThan(300)
    expect(result.faults).toMatchObject({ 'clone-agent': 1, 'restore-agent': 2 })
  }, 300_000)
})
