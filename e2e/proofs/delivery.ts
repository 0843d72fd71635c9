/**
 * Breaks the way from agents to the history again and again: `npm run proof:delivery -- --faults 500`, or
 * `node e2e/proofs/delivery.ts --faults 500 --agents 5 --seed 1`. Ends with 1 at the first observation that is lost, stored
 * twice or changed.
 */
import { parseArgs } from 'node:util'
import { createRandom } from '@netstats/protocol/testing/random'
import { runDelivery } from '../src/delivery/delivery-run.ts'
import { Violation } from '../src/history/history-oracle.ts'

const { values } = parseArgs({
  options: {
    faults: { type: 'string', default: '100' },
    agents: { type: 'string', default: '5' },
    seed: { type: 'string', default: String(Date.now() % 1e9) },
  },
})
const [faults, agents, seed] = [values.faults, values.agents, values.seed].map(Number) as [number, number, number]
if (!(faults >= 1 && faults <= 100_000) || !(agents >= 1 && agents <= 100) || !Number.isInteger(seed)) {
  process.stderr.write('usage: delivery.ts [--faults N] [--agents 1-100] [--seed N], whole numbers\n')
  process.exit(2)
}

process.stdout.write(`${faults} faults, ${agents} agents, seed ${seed}\n`)
try {
  const result = await runDelivery({
    faults,
    agents,
    random: createRandom(seed),
    onFault: (n, name) => process.stdout.write(`${n}/${faults} ${name}\n`),
  })
  const kinds = Object.entries(result.faults).toSorted(([, a], [, b]) => b - a)
  process.stdout.write(
    `ok: ${faults} faults in ${Math.round(result.seconds)} s (${kinds.map(([name, n]) => `${n} × ${name}`).join(', ')}); ` +
      `${result.connections} connections; ${result.produced} observations produced, ${result.stored} stored, ` +
      `0 lost, 0 double; ${result.tail} not yet in a spool when its agent was killed, ${result.tailStored} of them stored; ` +
      `${result.givenUp} given up by agents and reported; ${result.told} acknowledged by a server that was put back, which tells of ${result.claimed}; ` +
      `${result.gone} gone with folders that were put back and never acknowledged; ${result.duplicates} repeats left out by the last server; ` +
      `a clone was named within ${(result.slowestNamingMs / 1000).toFixed(1)} s at most; all delivered ${result.drainSeconds.toFixed(1)} s after the last fault\n`,
  )
} catch (thrown) {
  // What went wrong first, and not what went wrong because of it.
  let error = thrown
  while (error instanceof SuppressedError) error = error.suppressed
  if (!(error instanceof Violation)) throw error
  process.stderr.write(`violation: ${error.message} (seed ${seed})\n`)
  process.exit(1)
}
