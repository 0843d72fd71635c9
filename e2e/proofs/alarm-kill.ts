/**
 * Kills a server again and again while its alarms change: `npm run proof:alarms -- --rounds 100`, or
 * `node e2e/proofs/alarm-kill.ts --rounds 100 --seed 1`. Prints a line a round; ends with 1 where a step of an alarm was
 * lost, came out of order, or came of an alarm that there is none of.
 */
import { parseArgs } from 'node:util'
import { createRandom } from '@netstats/protocol/testing/random'
import { runAlarmKills } from '../src/alarms/alarm-kill-run.ts'
import { Violation } from '../src/alarms/alarm-oracle.ts'

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '100' },
    seed: { type: 'string', default: String(Date.now() % 1e9) },
  },
})
const [rounds, seed] = [values.rounds, values.seed].map(Number) as [number, number]
if (!(rounds >= 1 && rounds <= 100_000) || !Number.isInteger(seed)) {
  process.stderr.write('usage: alarm-kill.ts [--rounds N] [--seed N], whole numbers\n')
  process.exit(2)
}

const started = performance.now()
process.stdout.write(`${rounds} kills, seed ${seed}\n`)
try {
  const result = await runAlarmKills({
    rounds,
    reporters: 10,
    nodes: 10,
    random: createRandom(seed),
    onRound: (round, what) => process.stdout.write(`${round}/${rounds} ${what}\n`),
  })
  const seconds = Math.round((performance.now() - started) / 1000)
  process.stdout.write(
    `ok: ${result.rounds} kills in ${seconds} s; ${result.alarms} alarms, ${result.raised} raises and ${result.cleared} clears ` +
      `told once and in order; ${result.posted} requests taken, ${result.again} of them again, ${result.refused} refused or cut\n`,
  )
} catch (error) {
  if (!(error instanceof Violation)) throw error
  process.stderr.write(`violation: ${error.message} (seed ${seed})\n`)
  process.exit(1)
}
