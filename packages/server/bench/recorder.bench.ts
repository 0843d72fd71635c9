/**
 * What the history costs the main thread per observation, beside the core: `node packages/server/bench/recorder.bench.ts
 * [nodes] [blocks]`. Rounds as in shard.bench.ts, one 5 s block each; rows are cut once a second and thrown away, as if
 * a store had taken them at once. Each kind is applied to a core alone and to one that is recorded.
 */
import { blockNumber, nodeId, unixMs, unixSeconds } from '@netstats/protocol'
import type { Address, Block, Hash, Observation, Wei } from '@netstats/protocol'
import { createNameIds } from '../src/history/name-ids.ts'
import { createRowBuffer } from '../src/history/row-buffer.ts'
import { createRecorder } from '../src/history/recorder.ts'
import { createCore } from '../src/shard/mod.ts'
import type { CoreInput } from '../src/shard/mod.ts'

const nodes = Number(process.argv[2] ?? 10_000)
const rounds = Number(process.argv[3] ?? 40)
const network = '1337'
const ids = Array.from({ length: nodes }, (_, i) => nodeId(`node-${i}`))
let now = 1_800_000_000_000

const names = createNameIds()
const rowBuffer = createRowBuffer({
  maxBytes: 2 ** 30,
  batchRows: 20_000,
  onFull: () => undefined,
  monotonic: () => now,
})
const alone = createCore()
const recorded = createCore()
const recorder = createRecorder({ core: recorded, names, rowBuffer, sheds: () => ({}) })

const spent = new Map<string, { count: number; alone: number; recorded: number; slowest: number }>()
let rows = 0
let bytes = 0

/** CPU time of this thread, ms: the machine may have other things to do. */
const cpu = (): number => {
  const { user, system } = process.threadCpuUsage()
  return (user + system) / 1000
}

const measure = (name: string, inputs: readonly CoreInput[]): void => {
  const sum = spent.get(name) ?? { count: 0, alone: 0, recorded: 0, slowest: 0 }
  spent.set(name, sum)
  const from = cpu()
  for (const input of inputs) alone.apply(input)
  const between = cpu()
  for (const input of inputs) recorder.applied(recorded.apply(input))
  const ms = cpu() - between
  sum.count += inputs.length
  sum.alone += between - from
  sum.recorded += ms
  sum.slowest = Math.max(sum.slowest, ms)
}

const report = (kind: Observation['kind'], body: (i: number) => Observation['body'], spreadMs: number): void =>
  measure(
    kind,
    ids.map((node, i) => ({
      type: 'observation',
      at: unixMs(now + Math.floor((i * spreadMs) / nodes)),
      network,
      observation: { kind, node, observedAt: unixMs(now), body: body(i) } as Observation,
    })),
  )

const tick = (): void => {
  now += 1000
  measure('tick', [{ type: 'tick', at: unixMs(now) }])
  const from = cpu()
  rowBuffer.cut()
  for (let batch = rowBuffer.first(); batch !== undefined; batch = rowBuffer.first()) {
    rows += batch.rows
    bytes += batch.bytes
    rowBuffer.done(batch)
  }
  const cut = spent.get('cut') ?? { count: 0, alone: 0, recorded: 0, slowest: 0 }
  const ms = cpu() - from
  spent.set('cut', { ...cut, count: cut.count + 1, recorded: cut.recorded + ms, slowest: Math.max(cut.slowest, ms) })
}

const hash = (n: number): Hash =>
  `0x${(n * 2_654_435_761).toString(16).padStart(16, '0')}${n.toString(16).padStart(48, '0')}` as Hash
const block = (n: number): Block => ({
  number: blockNumber(n),
  hash: hash(n),
  parentHash: hash(n - 1),
  timestamp: unixSeconds(1_800_000_000 + n * 5),
  miner: `0x${(n % 7).toString(16).padStart(40, '0')}` as Address,
  gasUsed: 21_000 * (n % 300),
  gasLimit: 30_000_000,
  difficulty: 2n,
  transactions: n % 300,
  uncles: 0,
})

measure(
  'connected',
  ids.map((node) => ({
    type: 'connected',
    at: unixMs(now),
    node,
    info: { name: node, networkId: network },
    address: null,
  })),
)
for (let round = 0; round < rounds; round++) {
  if (round === 8) {
    spent.clear()
    rows = 0
    bytes = 0
  }
  const shared = block(1000 + round)
  report('block', () => shared, 800)
  for (let second = 0; second < 5; second++) {
    report('latency', (i) => ({ latencyMs: (i * 7 + round) % 90 }), 300)
    if (second % 2 === 0) report('pending', (i) => ({ pending: (i + round) % 1000 }), 200)
    tick()
  }
  report(
    'node-stats',
    (i) => ({
      active: true,
      syncing: false,
      mining: false,
      peers: i % 50,
      gasPrice: BigInt(1e9 + (i % 977)) as Wei,
      uptime: 100,
    }),
    1000,
  )
}

const us = (ms: number, count: number): string => `${((ms / count) * 1000).toFixed(count < 1000 ? 0 : 3)} µs`
console.log(`${nodes} nodes, ${rounds} blocks; ${rows} rows of ${(bytes / rows).toFixed(0)} bytes`)
let extra = 0
for (const [name, one] of spent) {
  extra += one.recorded - one.alone
  console.log(
    `${name.padEnd(12)} core ${us(one.alone, one.count).padStart(10)}  with history ${us(one.recorded, one.count).padStart(10)}` +
      (one.count < 1000 ? `  slowest ${one.slowest.toFixed(1)} ms` : ''),
  )
}
console.log(`${Math.round((rows / extra) * 1000)} rows a second of main thread`)
console.log(
  `heap ${(process.memoryUsage().heapUsed / 2 ** 20).toFixed(0)} MB, rss ${(process.memoryUsage().rss / 2 ** 20).toFixed(0)} MB`,
)
