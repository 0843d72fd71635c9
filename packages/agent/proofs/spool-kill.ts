// Kills a process that appends to and reads from a spool, again and again, and holds what comes out of it against what
// went in: `npm run proof:spool`, or `node packages/agent/proofs/spool-kill.ts --rounds 200 --seed 1`.
import { parseArgs } from 'node:util'
import { Violation } from './spool-kill-oracle.ts'
import { runKills } from './spool-kill-run.ts'

const { values } = parseArgs({
  options: { rounds: { type: 'string', default: '200' }, seed: { type: 'string', default: String(Date.now() % 1e9) } },
})
const rounds = Number(values.rounds)
const seed = Number(values.seed)
if (!Number.isInteger(rounds) || rounds < 1 || !Number.isInteger(seed)) {
  process.stderr.write('usage: spool-kill.ts [--rounds N] [--seed N], both whole numbers\n')
  process.exit(2)
}

const started = performance.now()
process.stdout.write(`${rounds} kills, seed ${seed}\n`)
try {
  const result = await runKills({
    rounds,
    seed,
    onRound: (round, scenario) => {
      if (round % 10 === 0) process.stdout.write(`${round}/${rounds} ${scenario}\n`)
    },
  })
  const seconds = Math.round((performance.now() - started) / 1000)
  process.stdout.write(
    `ok: ${result.rounds} kills in ${seconds} s; ${result.appended} stored, ${result.delivered} delivered, ` +
      `${result.again} again after a kill, ${result.dropped} given up and reported; ` +
      `largest size ${(result.largestShare * 100).toFixed(1)} % of the cap\n`,
  )
} catch (error) {
  if (!(error instanceof Violation)) throw error
  process.stderr.write(`violation: ${error.message} (seed ${seed})\n`)
  process.exit(1)
}
