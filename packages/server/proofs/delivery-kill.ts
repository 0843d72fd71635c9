// Kills a history that agents deliver to, and holds what it has against what they were told:
// `npm run proof:deliveries`, or `node packages/server/proofs/delivery-kill.ts --rounds 100 --seed 1`.
import { parseArgs } from 'node:util'
import { runDeliveryKills } from './delivery-kill-run.ts'
import { Violation } from './store-kill-oracle.ts'

const { values } = parseArgs({
  options: { rounds: { type: 'string', default: '100' }, seed: { type: 'string', default: String(Date.now() % 1e9) } },
})
const rounds = Number(values.rounds)
const seed = Number(values.seed)
if (!Number.isInteger(rounds) || rounds < 1 || !Number.isInteger(seed)) {
  process.stderr.write('usage: delivery-kill.ts [--rounds N] [--seed N], both whole numbers\n')
  process.exit(2)
}

const started = performance.now()
process.stdout.write(`${rounds} kills, seed ${seed}\n`)
try {
  const { acknowledged, stored } = await runDeliveryKills({
    rounds,
    seed,
    onRound: (round) => {
      if (round % 10 === 0) process.stdout.write(`${round}/${rounds}\n`)
    },
  })
  const seconds = Math.round((performance.now() - started) / 1000)
  process.stdout.write(
    `ok: ${rounds} kills in ${seconds} s; ${acknowledged} observations acknowledged, ${stored} stored, none twice, none missing\n`,
  )
} catch (error) {
  if (!(error instanceof Violation)) throw error
  process.stderr.write(`violation: ${error.message} (seed ${seed})\n`)
  process.exit(1)
}
