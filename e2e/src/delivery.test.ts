import { createRandom } from '@netstats/protocol/testing/random'
import { describe, expect, it } from 'vitest'
import { runDelivery } from './delivery/delivery-run.ts'

describe('delivery from agents to the history', () => {
  it('loses nothing and stores nothing twice, whatever breaks on the way', async () => {
    // The long form is `npm run proof:delivery`.
    const result = await runDelivery({
      agents: 3,
      random: createRandom(1),
      faults: [
        'cut upwards at a byte',
        'half open, no acks',
        'cut downwards at a byte',
        'agent killed',
        'delayed',
        'server killed',
        'nobody listens',
        'half open, no batches',
        'closed',
      ],
    })
    expect(result.produced).toBeGreaterThan(300)
    expect(result.stored).toBe(result.produced - result.tail + result.tailStored)
    expect(result.givenUp).toBe(0)
  }, 300_000)
})
