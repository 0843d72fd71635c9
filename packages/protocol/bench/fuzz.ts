/** The long fuzz run: `node packages/protocol/bench/fuzz.ts [--frames 100000] [--seed N]`. Exit code 1 on a finding. */
import { parseArgs } from 'node:util'
import { fuzzAgentFrames } from '../src/testing/mod.ts'

const { values } = parseArgs({ options: { frames: { type: 'string' }, seed: { type: 'string' } } })
const frames = Number(values.frames ?? 100_000)
const seed = Number(values.seed ?? Date.now() % 2 ** 32)
if (!Number.isSafeInteger(frames) || !Number.isSafeInteger(seed) || frames < 1) {
  console.error('fuzz: --frames and --seed take whole numbers')
  process.exit(2)
}

const start = performance.now()
const before = process.memoryUsage().rss
try {
  const outcomes = fuzzAgentFrames({ frames, seed })
  const seconds = (performance.now() - start) / 1000
  const grown = (process.memoryUsage().rss - before) / 1024 / 1024
  console.log(`${frames} frames, seed ${seed}, ${seconds.toFixed(1)} s, memory grown by ${grown.toFixed(0)} MiB`)
  console.table(outcomes)
} catch (error) {
  console.error(error)
  process.exit(1)
}
