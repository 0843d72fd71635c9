/**
 * What the core costs per observation, and its readers per call: `node packages/server/bench/shard.bench.ts [nodes]`.
 * Every round is one 5 s block: each node reports it, then latency, pending and stats; rows are taken once a second.
 */
import { blockNumber, nodeId, unixMs, unixSeconds } from '@netstats/protocol'
import type { Address, Block, Hash, Observation, Wei } from '@netstats/protocol'
import { createCore } from '../src/shard/mod.ts'

const nodes = Number(process.argv[2] ?? 10_000)
const rounds = Number(process.argv[3] ?? 60)
const network = '1337'
const core = createCore()
const ids = Array.from({ length: nodes }, (_, i) => nodeId(`node-${i}`))
let now = 1_800_000_000_000

const hash = (n: number): Hash => `0x${n.toString(16).padStart(64, '0')}` as Hash
const block = (n: number): Block => ({
  number: blockNumber(n),
  hash: hash(n),
  parentHash: hash(n - 1),
  timestamp: unixSeconds(1_800_000_000 + n * 5),
  miner: `0x${(n % 7).toString(16).padStart(40, '0')}` as Address,
  gasUsed: 21_000 * (n % 300),
  gasLimit: 30_000_000,
  difficulty: 2n,
  totalDifficulty: BigInt(n) * 2n,
  transactions: n % 300,
  uncles: 0,
})

const spent = new Map<string, { ns: number; count: number }>()
const timed = (name: string, count: number, run: () => void): void => {
  const from = process.hrtime.bigint()
  run()
  const ns = Number(process.hrtime.bigint() - from)
  const sum = spent.get(name) ?? { ns: 0, count: 0 }
  spent.set(name, { ns: sum.ns + ns, count: sum.count + count })
}

const report = (kind: Observation['kind'], body: (i: number) => Observation['body'], spreadMs: number): void => {
  // Made before the clock starts: parsing is not what is measured.
  const observations = ids.map((node, i) => ({ kind, node, observedAt: unixMs(now), body: body(i) }) as Observation)
  const inputs = observations.map((observation, i) => ({
    type: 'observation' as const,
    at: unixMs(now + Math.floor((i * spreadMs) / nodes)),
    network,
    observation,
  }))
  timed(kind, nodes, () => {
    for (const input of inputs) core.apply(input)
  })
}

timed('connected', nodes, () => {
  for (const [i, node] of ids.entries())
    core.apply({
      type: 'connected',
      at: unixMs(now),
      node,
      info: { name: node, networkId: network, client: `Geth/v1.16.${i % 12}-stable/linux-amd64/go1.24` },
      address: null,
    })
})

const view = core.network(network)
if (view === undefined) throw new Error('no network')

for (let round = 0; round < rounds; round++) {
  if (round === 5) spent.clear()
  const shared = block(1_000_000 + round)
  report('block', () => (round % 2 === 0 ? shared : { ...shared }), 800)
  for (let second = 0; second < 5; second++) {
    report('latency', (i) => ({ latencyMs: (i * 7 + round) % 90 }), 300)
    if (second % 2 === 0) report('pending', (i) => ({ pending: (i + round) % 1000 }), 200)
    now += 1000
    timed('tick', 1, () => core.apply({ type: 'tick', at: unixMs(now) }))
    timed('takeDirty', 1, () => view.takeChangeSet())
    timed('summary', 1, () => view.summary())
    timed('missing', 1, () => view.missing(50))
    timed('sort by column', 1, () => {
      const sorted = [...view.nodeIds()].map((id) => [view.column(id, 'propagationAvgMs') ?? 0, id] as const)
      sorted.sort((a, b) => a[0] - b[0])
    })
    timed('node row', 200, () => {
      for (let i = 0; i < 200; i++) view.node(ids[i] ?? '')
    })
    timed('blocks(50)', 1, () => view.blocks(50))
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

console.log(`${nodes} nodes, ${rounds} blocks, ${core.counts().inputs} inputs`)
for (const [name, { ns, count }] of spent) {
  const each = ns / count
  console.log(`${name.padEnd(16)} ${each > 100_000 ? `${(each / 1e6).toFixed(2)} ms` : `${each.toFixed(0)} ns`}`)
}
console.log(
  `heap ${(process.memoryUsage().heapUsed / 2 ** 20).toFixed(0)} MB, rss ${(process.memoryUsage().rss / 2 ** 20).toFixed(0)} MB`,
)
