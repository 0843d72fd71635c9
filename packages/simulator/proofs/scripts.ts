// Plays random scripts of faults on simulated networks of every engine, and holds what headers tell against what
// happened: `npm run proof:consensus`, or `node packages/simulator/proofs/scripts.ts --scripts 10000 --seed 1`.
import { parseArgs } from 'node:util'
import { checkScript } from '../src/check.ts'
import { simulatedEngines } from '../src/model.ts'

const { values } = parseArgs({
  options: { scripts: { type: 'string', default: '10000' }, seed: { type: 'string', default: '1' } },
})
const scripts = Number(values.scripts)
const seed = Number(values.seed)
if (!Number.isInteger(scripts) || scripts < 1 || !Number.isInteger(seed)) {
  process.stderr.write('usage: scripts.ts [--scripts N] [--seed N], both whole numbers\n')
  process.exit(2)
}

const started = performance.now()
const secondsSince = (): number => Math.round((performance.now() - started) / 1000)
for (let index = 0; index < scripts; index++) {
  const engine = simulatedEngines[index % simulatedEngines.length]
  if (engine === undefined) throw new Error('there is no engine')
  const differences = checkScript(engine, seed + index)
  if (differences.length > 0) {
    const [first] = differences
    process.stderr.write(`violation: ${engine}, seed ${seed + index}: ${JSON.stringify(first)}\n`)
    process.exit(1)
  }
  if ((index + 1) % 500 === 0) process.stdout.write(`${index + 1}/${scripts} after ${secondsSince()} s\n`)
}
process.stdout.write(
  `ok: ${scripts} scripts over ${simulatedEngines.join(', ')} in ${secondsSince()} s, no difference\n`,
)
