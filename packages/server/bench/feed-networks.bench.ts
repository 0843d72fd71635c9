/**
 * What a round of the feed costs at its limits: `node packages/server/bench/feed-networks.bench.ts [networks] [rounds]`.
 * 1,000 networks of five nodes and 5,000 views, five of each network, a round every 125 ms; nothing changes, or one network
 * in a hundred, or every network. Time is simulated, work is CPU time of this thread.
 */
import { unixMs } from '@netstats/protocol'
import type { Topic } from '@netstats/protocol/feed'
import { createChangeFanout } from '../src/core/change-fanout.ts'
import { createHub } from '../src/feed/hub.ts'
import { defaultFeedLimits } from '../src/feed/feed-limits.ts'
import { createTestClient } from '../src/feed/testing/client.ts'
import { connected, observed } from '../src/feed/testing/traffic.ts'
import { createCore } from '../src/shard/mod.ts'

const networks = Number(process.argv[2] ?? 1000)
const rounds = Number(process.argv[3] ?? 40)
const nodes = 5
const tickMs = 125
const startsAt = 1_700_000_000_000

const cpuMs = (): number => {
  const { user, system } = process.threadCpuUsage()
  return (user + system) / 1000
}
const keyOf = (n: number): string => String(10_000 + n)

const window = (filter: string) =>
  ({ sort: 'name', descending: false, filter, offset: 0, limit: 50, pinned: [] }) as const
const viewsOf = (network: string): readonly Topic[] => [
  { topic: 'summary', network },
  { topic: 'blocks', network, limit: 40 },
  { topic: 'map', network },
  { topic: 'nodes', network, window: window('') },
  { topic: 'nodes', network, window: window('geth') },
]

const core = createCore()
const dirty = createChangeFanout(core).reader()
let simulated = 0
let since = cpuMs()
const hub = createHub({
  core,
  takeDirty: (key) => dirty.take(key),
  epoch: 'bench',
  version: 'bench',
  // One viewer's limits do not matter here, all viewers' do.
  limits: { ...defaultFeedLimits, requests: { perSecond: 1e6, burst: 1e6 } },
  meters: { count: () => undefined },
  now: () => startsAt + simulated,
  monotonic: () => simulated + (cpuMs() - since),
})
for (let n = 0; n < networks; n++)
  for (let i = 0; i < nodes; i++) core.apply(connected(n * nodes + i, startsAt, keyOf(n)))
hub.tick()
for (let n = 0; n < networks; n++) {
  const client = createTestClient()
  client.keeps = false
  client.connect(hub, `10.${n >> 16}.${(n >> 8) & 255}.${n & 255}`)
  viewsOf(keyOf(n)).forEach((topic, i) => client.subscribe(hub, i, topic))
}

interface Result {
  readonly rounds: readonly number[]
  readonly pieces: readonly number[]
}

const play = (changed: (round: number) => Iterable<number>): Result => {
  const all: number[] = []
  const pieces: number[] = []
  for (let round = 0; round < rounds; round++) {
    simulated += tickMs
    const at = startsAt + simulated
    for (const n of changed(round)) {
      const body = { active: true, peers: round % 50 }
      core.apply(observed(n * nodes + (round % nodes), at, keyOf(n), { kind: 'node-stats', body }))
    }
    if (simulated % 1000 < tickMs) core.apply({ type: 'tick', at: unixMs(at) })
    since = cpuMs()
    const work = hub.round()
    for (let from = since, done = false; !done; ) {
      done = work.next().done === true
      const now = cpuMs()
      pieces.push(now - from)
      from = now
    }
    all.push(cpuMs() - since)
    since = cpuMs()
  }
  return { rounds: all.toSorted((a, b) => a - b), pieces: pieces.toSorted((a, b) => a - b) }
}

const ms = (value = 0): string => `${value.toFixed(2)} ms`
const mean = (values: readonly number[]): number => values.reduce((sum, one) => sum + one, 0) / values.length
const every = (step: number) =>
  function* (round: number): Generator<number> {
    for (let n = round % step; n < networks; n += step) yield n
  }
const show = (name: string, { rounds: all, pieces }: Result): void => {
  const cells = [name, ms(mean(all)), ms(all.at(-1)), ms(pieces.at(-1))]
  process.stdout.write(`| ${cells.join(' | ')} |\n`)
}

// Everything is told once, and compiled.
for (let i = 0; i < 2; i++) play(every(10))
const { topics } = hub.gauges()
process.stdout.write(`${networks} networks, ${topics} views, node ${process.version}, ${rounds} rounds\n\n`)
process.stdout.write('| changed | round, mean | longest round | longest piece |\n| --- | ---: | ---: | ---: |\n')
show(
  'none',
  play(() => []),
)
show('1 in 100', play(every(100)))
show('all', play(every(1)))
