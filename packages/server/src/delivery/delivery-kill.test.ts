import { expect, it } from 'vitest'
import { runDeliveryKills } from '../../proofs/delivery-kill-run.ts'

it('has what agents were told that it has, each once, after it was killed', async () => {
  const result = await runDeliveryKills({ rounds: 5, seed: 20_260_115 })
  expect(result.stored).toBeGreaterThan(100)
  expect(result.acknowledged).toBeLessThanOrEqual(result.stored)
})
