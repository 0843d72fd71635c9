/**
 * Plays random scripts of faults on simulated networks of every engine, and holds what headers tell against what happened:
 * `npm run proof:consensus`. In pieces, of which each says where the next begins:
 *
 *   node packages/simulator/proofs/scripts.ts --scripts 10000 --seed 1 --from 2500
 *
 * Script n of a run has the seed `seed + n`, and its engine by n, so that `--from n --scripts n+1` plays one over again.
 */
import { parseArgs } from 'node:util'
import { compareWithTruth, playDrawn } from '../src/check.ts'
import { simulatedEngines } from '../src/model.ts'

const { values } = parseArgs({
  options: {
    scripts: { type: 'string', default: '10000' },
    seed: { type: 'string', default: '1' },
    from: { type: 'string', default: '0' },
  },
})
const scripts = Number(values.scripts)
const seed = Number(values.seed)
const from = Number(values.from)
if (![scripts, seed, from].every(Number.isInteger) || from < 0 || scripts <= from) {
  process.stderr.write('usage: scripts.ts [--scripts N] [--seed N] [--from N], whole numbers, from below scripts\n')
  process.exit(2)
}

const everyScripts = 100
const started = performance.now()
const seconds = (): number => (performance.now() - started) / 1000
const sums = { blocks: 0, missed: 0, votes: 0, frauds: 0 }
const sum = (): string =>
  `${sums.blocks} blocks, ${sums.missed} missed turns, ${sums.votes} votes, ${sums.frauds} frauds`
let next = from
const report = (): void => {
  const each = (seconds() / (next - from)).toFixed(2)
  process.stdout.write(`${next}/${scripts} (seed ${seed}, --from ${next} goes on), ${each} s each: ${sum()}\n`)
}
process.on('SIGINT', () => {
  report()
  process.exit(130)
})

while (next < scripts) {
  const engine = simulatedEngines[next % simulatedEngines.length]
  if (engine === undefined) throw new Error('there is no engine')
  const network = playDrawn(engine, seed + next)
  const [first] = compareWithTruth(network)
  if (first !== undefined) {
    process.stderr.write(`violation: ${engine}, script ${next}, seed ${seed + next}: ${JSON.stringify(first)}\n`)
    process.exit(1)
  }
  sums.blocks += network.made.length
  sums.frauds += network.frauds.length
  for (const { truth } of network.made) {
    sums.missed += truth?.missed.length ?? 0
    sums.votes += truth?.vote === undefined ? 0 : 1
  }
  next++
  if ((next - from) % everyScripts === 0) report()
  // Signals are heard between scripts.
  await new Promise((resolve) => setImmediate(resolve))
}
process.stdout.write(
  `ok: scripts ${from} to ${scripts - 1} of seed ${seed} over ${simulatedEngines.join(', ')} in ${Math.round(seconds())} s, ${sum()}, no difference\n`,
)
