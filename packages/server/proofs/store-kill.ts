// Kills a process that writes to a store, again and again, and holds what its files have against what it was told:
// `npm run proof:store`, or `node packages/server/proofs/store-kill.ts --rounds 200 --seed 1`.
import { parseArgs } from 'node:util'
import { Violation } from './store-kill-oracle.ts'
import { runKills } from './store-kill-run.ts'

const { values } = parseArgs({
  options: { rounds: { type: 'string', default: '200' }, seed: { type: 'string', default: String(Date.now() % 1e9) } },
})
const rounds = Number(values.rounds)
const seed = Number(values.seed)
if (!Number.isInteger(rounds) || rounds < 1 || !Number.isInteger(seed)) {
  process.stderr.write('usage: store-kill.ts [--rounds N] [--seed N], both whole numbers\n')
  process.exit(2)
}

const started = performance.now()
process.stdout.write(`${rounds} kills, seed ${seed}\n`)
try {
  const result = await runKills({
    rounds,
    seed,
    onRound: (round) => {
      if (round % 10 === 0) process.stdout.write(`${round}/${rounds}\n`)
    },
  })
  const seconds = Math.round((performance.now() - started) / 1000)
  process.stdout.write(
    `ok: ${result.rounds} kills in ${seconds} s, ${result.inOpening} of them while opening; ` +
      `${result.acknowledged} batches acknowledged, none lost or torn; of those in flight ` +
      `${result.whole} are there whole, ${result.absent} not at all; ${result.rows} rows at the end\n`,
  )
} catch (error) {
  if (!(error instanceof Violation)) throw error
  process.stderr.write(`violation: ${error.message} (seed ${seed})\n`)
  process.exit(1)
}
