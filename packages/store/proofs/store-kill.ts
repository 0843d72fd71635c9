// Kills a process that writes to a store, again and again, and holds what its files have against what it was told:
// `npm run proof:store`, or `node packages/store/proofs/store-kill.ts --rounds 200 --seed 1`.
import { killProof } from '@netstats/protocol/testing/kill-proof'
import { runKills } from './store-kill-run.ts'

await killProof('store-kill.ts', 200, async (options) => {
  const { inOpening, acknowledged, whole, absent, rows } = await runKills(options)
  return (
    `${inOpening} of them while opening; ${acknowledged} batches acknowledged, none lost or torn; of those in flight ` +
    `${whole} are there whole, ${absent} not at all; ${rows} rows at the end`
  )
})
