// Kills a history that agents deliver to, and holds what it has against what they were told:
// `npm run proof:deliveries`, or `node packages/server/proofs/delivery-kill.ts --rounds 100 --seed 1`.
import { killProof } from '@netstats/protocol/testing/kill-proof'
import { runDeliveryKills } from './delivery-kill-run.ts'

await killProof('delivery-kill.ts', 100, async (options) => {
  const { acknowledged, stored } = await runDeliveryKills(options)
  return `${acknowledged} observations acknowledged, ${stored} stored, none twice, none missing`
})
