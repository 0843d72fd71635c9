/**
 * What the feed costs: `node packages/server/bench/feed.bench.ts [rounds]`. Networks of 10,000 and 30,000 nodes with 5 s
 * blocks, looked at through 1, 20 and 200 different windows at a tick every 125 ms. Time is simulated (a round of 5 s
 * runs as fast as it can) but work is measured in CPU time, so that the feed's own pacing sees its true cost.
 */
import { createHub } from '../src/feed/hub.ts'
import type { Hub } from '../src/feed/hub.ts'
import { defaultFeedLimits } from '../src/feed/feed-limits.ts'
import { createTestClient } from '../src/feed/testing/client.ts'
import type { TestClient } from '../src/feed/testing/client.ts'
import { connected, roundOf } from '../src/feed/testing/traffic.ts'
import { noChanges } from '../src/shard/change-set.ts'
import { createCore } from '../src/shard/mod.ts'
import type { Core, CoreInput } from '../src/shard/mod.ts'
import type { NodeColumn, Topic } from '@netstats/protocol/feed'
import { unixMs } from '@netstats/protocol'

/** CPU time of this thread: what others do on the machine does not show in it. */
const cpuMs = (): number => {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}

const rounds = Number(process.argv[2] ?? 3)
const tickMs = 125
const blockMs = 5000
const startsAt = 1_700_000_000_000

const sorts: readonly NodeColumn[] = ['name', 'blockNumber', 'propagationMs', 'peers', 'pending', 'lastSeenAt']
const filters = ['', 'geth', 'state:active', '-besu', 'ops3', 'behind:>0']

/** Distinct windows as people would open them: a few sorts and filters, many places scrolled to. */
const windowOf = (i: number): Topic => ({
  topic: 'nodes',
  network: '1337',
  window: {
    sort: sorts[i % sorts.length] ?? 'name',
    descending: i % 2 === 1,
    filter: filters[Math.floor(i / sorts.length) % filters.length] ?? '',
    offset: 50 * Math.floor(i / (sorts.length * filters.length)),
    limit: 50,
    pinned: [],
  },
})

interface Result {
  readonly nodes: number
  readonly windows: number
  readonly tables: number
  readonly hubShare: number
  readonly coreShare: number
  readonly tickP50: number
  readonly tickP99: number
  readonly tickMax: number
  readonly pieceP99: number
  readonly pieceMax: number
  readonly bytesPerViewer: number
  readonly deltasPerViewer: number
}

const quantile = (sorted: readonly number[], q: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? 0

/** Simulated time plus what was really spent since the tick began: pacing and budgets see true costs. */
interface Clock {
  simulated: number
  tickStarted: number
}

interface Stage {
  readonly core: Core
  readonly hub: Hub
  readonly clock: Clock
  readonly nodes: number
  /** Height of the next block. */
  number: number
}

const openStage = (nodes: number): Stage => {
  const core = createCore()
  const clock: Clock = { simulated: 0, tickStarted: cpuMs() }
  const hub = createHub({
    core,
    takeDirty: (key) => core.network(key)?.takeChangeSet() ?? noChanges,
    epoch: 'bench',
    version: 'bench',
    limits: defaultFeedLimits,
    meters: { count: () => undefined },
    now: () => startsAt + clock.simulated,
    monotonic: () => clock.simulated + (cpuMs() - clock.tickStarted),
  })
  for (let i = 0; i < nodes; i++) core.apply(connected(i, startsAt))
  hub.tick()
  return { core, hub, clock, nodes, number: 100 }
}

const openClients = ({ hub }: Stage, windows: number): readonly TestClient[] =>
  Array.from({ length: windows }, (_, i) => {
    const client = createTestClient()
    client.keeps = false
    client.connect(hub)
    client.subscribe(hub, 1, windowOf(i))
    return client
  })

/** CPU time of a round, in milliseconds. */
interface Spent {
  core: number
  readonly ticks: number[]
  readonly pieces: number[]
}

/** A round of 5 s. */
const play = (stage: Stage, spent: Spent): void => {
  const { core, hub, clock, nodes } = stage
  const inputs = roundOf(stage.number++, nodes, startsAt + clock.simulated)
  const end = clock.simulated + blockMs
  let next = 0
  while (clock.simulated < end) {
    clock.simulated += tickMs
    const at = startsAt + clock.simulated
    const coreStarted = cpuMs()
    for (; next < inputs.length && (inputs[next] as CoreInput).at <= at; next++) core.apply(inputs[next] as CoreInput)
    if (clock.simulated % 1000 < tickMs) core.apply({ type: 'tick', at: unixMs(at) })
    spent.core += cpuMs() - coreStarted
    clock.tickStarted = cpuMs()
    const round = hub.round()
    for (let done = false, from = clock.tickStarted; !done; ) {
      done = round.next().done === true
      const now = cpuMs()
      spent.pieces.push(now - from)
      from = now
    }
    spent.ticks.push(cpuMs() - clock.tickStarted)
    clock.tickStarted = cpuMs()
  }
}

const run = (nodes: number, windows: number): Result => {
  const stage = openStage(nodes)
  const clients = openClients(stage, windows)
  const nothing = (): Spent => ({ core: 0, ticks: [], pieces: [] })
  for (let i = 0; i < 2; i++) play(stage, nothing())
  for (const client of clients) client.bytes = client.count = 0
  const spent = nothing()
  for (let i = 0; i < rounds; i++) play(stage, spent)
  const seconds = (rounds * blockMs) / 1000
  const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0)
  const ticks = spent.ticks.toSorted((a, b) => a - b)
  const pieces = spent.pieces.toSorted((a, b) => a - b)
  const tables = stage.hub.gauges().sortedTables
  stage.hub[Symbol.dispose]()
  return {
    nodes,
    windows,
    tables,
    hubShare: sum(ticks) / (seconds * 1000),
    coreShare: spent.core / (seconds * 1000),
    tickP50: quantile(ticks, 0.5),
    tickP99: quantile(ticks, 0.99),
    tickMax: ticks.at(-1) ?? 0,
    pieceP99: quantile(pieces, 0.99),
    pieceMax: pieces.at(-1) ?? 0,
    bytesPerViewer: sum(clients.map((c) => c.bytes)) / windows / seconds,
    deltasPerViewer: sum(clients.map((c) => c.count)) / windows / seconds,
  }
}

process.stdout.write(`node ${process.version}, ${rounds} rounds of 5 s, a tick every ${tickMs} ms\n\n`)
process.stdout.write(
  '| nodes | windows | sorted tables | feed, share of a core | core, share | round p50 | p99 | max | piece p99 | max | B/s a viewer | messages/s a viewer |\n',
)
process.stdout.write('| ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |\n')
for (const nodes of [10_000, 30_000]) {
  for (const windows of [1, 20, 200]) {
    const r = run(nodes, windows)
    const ms = (value: number) => `${value.toFixed(1)} ms`
    const percent = (value: number) => `${(value * 100).toFixed(1)} %`
    process.stdout.write(
      `| ${r.nodes} | ${r.windows} | ${r.tables} | ${percent(r.hubShare)} | ${percent(r.coreShare)} | ${ms(r.tickP50)} | ${ms(r.tickP99)} | ${ms(r.tickMax)} | ${ms(r.pieceP99)} | ${ms(r.pieceMax)} | ${r.bytesPerViewer.toFixed(0)} | ${r.deltasPerViewer.toFixed(2)} |\n`,
    )
  }
}
