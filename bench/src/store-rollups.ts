/**
 * `npm run bench:rollups -- [--nodes 30000] [--rounds 5]`
 *
 * What roll-ups would cost the store's thread if SQL made them from the rows below as their buckets close, instead of the
 * server adding them up: the raw rows of two minutes and the minutes of one hour are written, then each roll-up's newest
 * bucket is worked out by `unrolled`. The baseline is what the store has to do for finished rows: write them. Prints
 * Markdown; see RESULTS.md.
 */
import { mkdirSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { rollupWidths } from '@netstats/store'
import type { RollupTable, StoreBatch } from '@netstats/store'
import { createBatcher } from './store-batcher.ts'
import { createStoreData, everything } from './store-data.ts'
import { benchFolder } from './store-folder.ts'
import { openBenchStore } from './store-under-test.ts'

const { values } = parseArgs({
  options: { nodes: { type: 'string', default: '30000' }, rounds: { type: 'string', default: '5' } },
})
const nodes = Number(values.nodes)
const rounds = Number(values.rounds)

const minute = 60_000
/** A whole hour, a while ago: its last two minutes have raw rows. */
const base = Math.floor(Date.now() / 3_600_000 - 2) * 3_600_000
const hourEnd = base + 3_600_000

using folder = benchFolder(undefined, false)
mkdirSync(folder.path, { recursive: true })
await using store = await openBenchStore(folder.store, { now: () => hourEnd })
const data = createStoreData({ nodes, base })
const batcher = createBatcher()
const write = (): Promise<void> => store.write(batcher.take().batch)

data.introduce(batcher)
await write()
for (let second = 0; second < 3600; second++) {
  const isRaw = second >= 3480
  if (isRaw) data.raw(batcher, second, everything)
  // The last minute's are what is to be made.
  else if (second % 60 === 59) data.rollUps(batcher, second, everything)
  if (batcher.rows > 0) await write()
}

/** A batch of the store's is moved away when it is written. */
const copyOf = (batch: StoreBatch): StoreBatch => structuredClone(batch)
const timed = async <T>(run: () => Promise<T>): Promise<readonly [number, number, T]> => {
  const cpu = process.cpuUsage()
  const from = performance.now()
  const result = await run()
  const ms = performance.now() - from
  const { user, system } = process.cpuUsage(cpu)
  return [ms, (user + system) / 1000, result]
}
const median = (all: readonly number[]): number => all.toSorted((a, b) => a - b)[Math.floor(all.length / 2)] ?? 0
const shown = (ms: number): string => ms.toFixed(ms < 10 ? 1 : 0)

interface Cost {
  readonly table: RollupTable
  readonly perMinute: number
  readonly rows: number
  readonly askMs: number
  readonly askCpuMs: number
  readonly writeMs: number
}

const costOf = async (table: RollupTable): Promise<Cost> => {
  const width = rollupWidths[table]
  const range = { from: hourEnd - width, to: hourEnd }
  const ask: number[] = []
  const askCpu: number[] = []
  let made: StoreBatch = {}
  let rows = 0
  for (let i = 0; i < rounds; i++) {
    const [ms, cpu, lacking] = await timed(() => store.unrolled({ table, ...range }, { timeoutMs: 120_000 }))
    ask.push(ms)
    askCpu.push(cpu)
    rows = lacking.rows
    made = { [table]: lacking }
  }
  const [writeMs] = rows === 0 ? [0] : await timed(() => store.write(copyOf(made)))
  return { table, perMinute: minute / width, rows, askMs: median(ask), askCpuMs: median(askCpu), writeMs }
}

const costs: Cost[] = []
for (const table of ['network10s', 'network1m', 'network1h', 'node1m', 'node1h', 'metric1m', 'metric1h'] as const)
  costs.push(await costOf(table))

const lines = costs.map(
  ({ table, rows, askMs, askCpuMs, writeMs }) =>
    `| ${table} | ${rows} | ${shown(writeMs)} | ${shown(askMs)} | ${shown(askCpuMs)} |`,
)
const perMinute = (of: (cost: Cost) => number): string =>
  shown(costs.reduce((sum, cost) => sum + of(cost) * cost.perMinute, 0))
process.stdout.write(`${nodes} nodes; ms, median of ${rounds}

| roll-up | rows a bucket | writing them (baseline) | working them out | its CPU |
| --- | --: | --: | --: | --: |
${lines.join('\n')}
| a minute, hours as a sixtieth | | ${perMinute((cost) => cost.writeMs)} | ${perMinute((cost) => cost.askMs)} | ${perMinute((cost) => cost.askCpuMs)} |
`)
