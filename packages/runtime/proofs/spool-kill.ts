// Kills a process that appends to and reads from a spool, again and again, and holds what comes out of it against what
// went in: `npm run proof:spool`, or `node packages/runtime/proofs/spool-kill.ts --rounds 200 --seed 1`.
import { killProof } from '@netstats/protocol/testing/kill-proof'
import { runKills } from './spool-kill-run.ts'

await killProof('spool-kill.ts', 200, async (options) => {
  const { appended, delivered, again, dropped, largestShare } = await runKills(options)
  return (
    `${appended} stored, ${delivered} delivered, ${again} again after a kill, ${dropped} given up and reported; ` +
    `largest size ${(largestShare * 100).toFixed(1)} % of the cap`
  )
})
