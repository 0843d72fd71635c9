/**
 * One hostile address against each pool while fifty control agents and five dashboards go on: `npm run proof:pools`, or
 * `node e2e/proofs/pools.ts [--seconds 10] [--only WORDS] [--lenient]`. Prints a table; ends with 1 where a control peer was cut,
 * a ping took longer than a second, or another address was not served. `--lenient` only measures.
 */
import { setMaxListeners } from 'node:events'
import { parseArgs } from 'node:util'
import { controlNetwork, startControlClients } from '../src/hostile/harness.ts'
import type { ControlReport } from '../src/hostile/control-clients.ts'
import { poolAttacks } from '../src/hostile/pool-attacks.ts'
import type { PoolAttack } from '../src/hostile/pool-attacks.ts'
import { openFeed } from '../src/support/feed.ts'
import { loginAt } from '../src/support/peer.ts'
import { startServer, sumOf, until } from '../src/support/processes.ts'

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '10' },
    only: { type: 'string', default: '' },
    lenient: { type: 'boolean', default: false },
  },
})
const seconds = Number(values.seconds)

// Two thousand connections, so that one address can reach every bound.
await using server = await startServer({ settings: { limits: { connections: 2000 }, auth: { bindNames: false } } })
const ids = Array.from({ length: 50 }, (_, i) => `control-${i + 1}`)
await using controls = await startControlClients(server, { ids, dashboards: 4 })
await until('all control agents are there', async () => ((await nodes()) === 50 ? true : undefined), server)

async function nodes(): Promise<number> {
  return sumOf(await server.samples(), 'netstats_server_ethstats_sessions', { state: 'active' })
}

const bound = <T>(work: Promise<T>): Promise<T> =>
  Promise.race([
    work,
    new Promise<never>((_, reject) => setTimeout(() => reject(new Error('not within 5 s')), 5000).unref()),
  ])

let serial = 0
/** What somebody else is served meanwhile: an agent, a dashboard, REST, the history. */
const serveAnother = async (): Promise<string> => {
  const address = `127.0.77.${1 + (serial++ % 200)}`
  const parts: Record<string, () => Promise<unknown>> = {
    agent: async () => (await loginAt(server, { id: `other-${serial}`, net: '777077' }, { address }))[Symbol.dispose](),
    dashboard: async () => {
      using feed = await openFeed(server, { address })
      await feed.ask({ type: 'subscribe', id: 1, topic: 'summary', network: controlNetwork })
      await feed.message((one) => one.type === 'snapshot')
    },
    REST: async () => check(await fetch(`${server.url}/api/v1/networks/${controlNetwork}/nodes?limit=10`)),
    history: async () => check(await fetch(`${server.url}/api/v1/networks/${controlNetwork}/history/blocks?limit=10`)),
  }
  const failed: string[] = []
  for (const [name, part] of Object.entries(parts))
    await bound(part()).catch((error: unknown) =>
      failed.push(`${name}: ${error instanceof Error ? error.message : ''}`),
    )
  return failed.length === 0 ? 'yes' : failed.join(', ')
}
const check = async (answer: Response): Promise<void> => {
  await answer.text()
  if (!answer.ok) throw new Error(`answered with ${answer.status}`)
}

interface Row {
  readonly cells: readonly string[]
  readonly wrong: boolean
}
const show = (values: readonly number[]): string => {
  const sorted = values.toSorted((a, b) => a - b)
  const at = (q: number): string => (sorted[Math.floor((sorted.length - 1) * q)] ?? NaN).toFixed(0)
  return `${at(0.5)}, ${at(0.99)}, ${at(1)}`
}

let endedBefore = 0
const rowOf = (name: string, got: string, report: ControlReport, served: string): Row => {
  const cut = report.ended.length - endedBefore
  endedBefore = report.ended.length
  const slowest = Math.max(report.unanswered, ...report.pongs)
  return {
    cells: [name, got, show(report.pongs), show(report.health), String(cut), served],
    wrong: cut > 0 || slowest > 1000 || served !== 'yes',
  }
}

const play = async (attack: PoolAttack): Promise<Row> => {
  await controls.report()
  const stop = new AbortController()
  setMaxListeners(0, stop.signal)
  const running = attack.run(server, stop.signal)
  await new Promise((resolve) => setTimeout(resolve, seconds * 700))
  const served = await serveAnother()
  await new Promise((resolve) => setTimeout(resolve, seconds * 300))
  const report = await controls.report()
  stop.abort()
  return rowOf(attack.pool, await running, report, served)
}

const rows: Row[] = []
await controls.report()
await new Promise((resolve) => setTimeout(resolve, seconds * 1000))
rows.push(rowOf('nobody', '', await controls.report(), await serveAnother()))
for (const attack of poolAttacks) {
  if (!attack.pool.includes(values.only)) continue
  const row = await play(attack)
  rows.push(row)
  console.log(row.cells.join(' | '))
  // What it has left behind shall not be taken for what the next one does.
  await new Promise((resolve) => setTimeout(resolve, 3000))
}

const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
const columns = [
  'hostile address takes',
  'what it got',
  'pings ms p50, p99, max',
  'health ms p50, p99, max',
  'control clients cut',
  'another is served',
]
console.log(`\n${line(columns)}\n${line(columns.map(() => '---'))}\n${rows.map(({ cells }) => line(cells)).join('\n')}`)
if (!values.lenient && rows.some(({ wrong }) => wrong)) process.exitCode = 1
