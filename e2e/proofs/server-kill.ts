/**
 * Kills a server with a history again and again: `npm run proof:history -- --rounds 200`, or
 * `node e2e/proofs/server-kill.ts --rounds 200 --seed 1`. Prints a line a round; ends with 1 at the first row that is
 * gone, double or changed, and when a start needs hands.
 */
import { parseArgs } from 'node:util'
import { Violation } from '../src/history/history-oracle.ts'
import { runKills } from '../src/history/kill-run.ts'
import { createRandom } from '@netstats/protocol/testing/random'

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '50' },
    agents: { type: 'string', default: '20' },
    seed: { type: 'string', default: String(Date.now() % 1e9) },
  },
})
const [rounds, agents, seed] = [values.rounds, values.agents, values.seed].map(Number) as [number, number, number]
if (!(rounds >= 1 && rounds <= 100_000) || !(agents >= 1 && agents <= 200) || !Number.isInteger(seed)) {
  process.stderr.write('usage: server-kill.ts [--rounds N] [--agents 1-200] [--seed N], whole numbers\n')
  process.exit(2)
}

const started = performance.now()
process.stdout.write(`${rounds} kills, seed ${seed}\n`)
try {
  const result = await runKills({
    rounds,
    agents,
    random: createRandom(seed),
    onRound: (round, what) => process.stdout.write(`${round}/${rounds} ${what}\n`),
  })
  const seconds = Math.round((performance.now() - started) / 1000)
  const { readyMs } = result
  const median = readyMs[Math.floor(readyMs.length / 2)] ?? Number.NaN
  process.stdout.write(
    `ok: ${result.rounds} kills in ${seconds} s, ${result.whileOpening} of them while opening; ${result.sent} rows sent, ` +
      `${result.durable} read as durable and there exactly once, ${result.blocks} of them blocks; ` +
      `ready after ${median.toFixed(0)} ms, at most ${readyMs.at(-1)?.toFixed(0)} ms\n`,
  )
} catch (error) {
  if (!(error instanceof Violation)) throw error
  process.stderr.write(`violation: ${error.message} (seed ${seed})\n`)
  process.exit(1)
}
