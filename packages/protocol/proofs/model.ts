/**
 * Copies agents and servers, puts them back, sets clocks, again and again: `npm run proof:model -- --steps 1000000`, or
 * `node packages/protocol/proofs/model.ts --steps 1000000 --seed 1`. Ends with 1 at the first promise that is broken, with
 * the seed that brings it back.
 */
import { parseArgs } from 'node:util'
import { playTwins } from '../src/netstats/test-support/twin-steps.ts'
import type { TwinResult } from '../src/netstats/test-support/twin-steps.ts'
import { Broken } from '../src/netstats/test-support/twin-server.ts'
import { createRandom } from '../src/testing/random.ts'

/** Steps of one world: it has room for a few copies of everything, and is over before it has too many lives. */
const worldSteps = 400

const { values } = parseArgs({
  options: { steps: { type: 'string', default: '100000' }, seed: { type: 'string', default: '1' } },
})
const [steps, seed] = [Number(values.steps), Number(values.seed)]
if (!(steps >= 1 && Number.isInteger(steps)) || !Number.isInteger(seed)) {
  process.stderr.write('usage: model.ts [--steps N] [--seed N], whole numbers\n')
  process.exit(2)
}
const result: TwinResult = { steps: new Map(), counts: {} }
const started = performance.now()
let world = seed
for (let left = steps; left > 0; left -= worldSteps) {
  try {
    playTwins(createRandom(world), Math.min(left, worldSteps), result)
  } catch (error) {
    if (!(error instanceof Broken)) throw error
    process.stderr.write(`broken: ${error.message} (--steps ${worldSteps} --seed ${world})\n`)
    process.exit(1)
  }
  world++
}
const counted = [...result.steps].toSorted(([, a], [, b]) => b - a).map(([name, n]) => `${n} × ${name}`)
process.stdout.write(
  `ok: ${steps} steps in ${world - seed} worlds, ${Math.round((performance.now() - started) / 1000)} s (${counted.join(', ')}); ` +
    `${Object.entries(result.counts)
      .map(([name, n]) => `${n} ${name}`)
      .join(', ')}; 0 lost and not told, 0 double\n`,
)
