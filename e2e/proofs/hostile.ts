/**
 * Every hostile case against one server process, at length: `npm run proof:hostile`, or
 * `node e2e/proofs/hostile.ts --frames 100000 [--only WORDS]`. Prints a table; ends with 1 at the first thing that is
 * not as it must be.
 */
import { parseArgs } from 'node:util'
import { longReaderCases } from '../src/hostile/cases-readers.ts'
import { shortCases, tableOf } from '../src/hostile/all.ts'
import {
  harnessSettings,
  checkControlClients,
  createHarness,
  prefix,
  runCase,
  startControlClients,
} from '../src/hostile/harness.ts'
import type { CaseResult, HostileCase } from '../src/hostile/harness.ts'
import { fuzzCase } from '../src/hostile/cases-frames.ts'
import { startServer, sumOf } from '../src/support/processes.ts'

const { values } = parseArgs({
  options: { frames: { type: 'string', default: '100000' }, only: { type: 'string', default: '' } },
})
const frames = Number(values.frames)
if (!Number.isInteger(frames) || frames < 1000 || frames > 10_000_000) {
  console.error('--frames: expected a whole number from 1000 to 10000000')
  process.exit(2)
}

await using server = await startServer({ settings: harnessSettings, secret: 's3cret' })
await using controls = await startControlClients(server)
const quarter = createHarness(server, { frames: frames / 4, floodMs: 12_000, thorough: true })
const again = createHarness(server, { frames: 2000, floodMs: 3000, from: 100_000 })
await checkControlClients(server, controls)

const results: CaseResult[] = []
const run = async (harness: typeof quarter, one: HostileCase): Promise<void> => {
  if (!one.name.includes(values.only)) return
  const result = await runCase(harness, controls, one)
  results.push(result)
  console.log(`${one.name}: ${result.sent}; rss ${result.rssMb} MB, pong p50 ${result.pong50.toFixed(1)} ms`)
}
const rssNow = (): number => results.at(-1)?.rssMb ?? 0

// Once each at length, with the fuzzed frames in quarters; then everything a second time. Memory is compared at the
// same place of both rounds: in between, what the long cases wait for gives the collector time to give some back.
for (const one of shortCases) await run(quarter, one)
const first = rssNow()
for (const one of longReaderCases) await run(quarter, one)
const marks: number[] = []
for (const seed of [2, 3, 4]) {
  await run(quarter, fuzzCase(seed))
  marks.push(rssNow())
}
for (const one of shortCases) await run(again, one)
const second = rssNow()

console.log(`\n${tableOf(results)}\n`)
const highest = Math.max(...results.map(({ rssMb }) => rssMb))
const pongs = results.map(({ pongMax }) => pongMax)
console.log(`rss after the further quarters of fuzzed frames: ${marks.join(', ')} MB`)
console.log(`rss after the first round ${first} MB, after the second ${second} MB, highest ${highest} MB`)
const kept = await server.samples()
const count = (name: string): number => Math.round(sumOf(kept, `${prefix}${name}`))
const heapMb = Math.round(sumOf(kept, `${prefix}process_memory_bytes`, { kind: 'heap' }) / 2 ** 20)
console.log(`kept in the end: ${count('networks')} networks, ${count('nodes')} nodes, heap ${heapMb} MB`)
console.log(`slowest answer to a control client: ${Math.max(...pongs).toFixed(0)} ms`)
if (second > first + 100) {
  console.error('memory grew in the second round')
  process.exitCode = 1
}
