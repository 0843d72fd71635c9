import { blockNumber, nodeId, unixMs, unixSeconds, wei } from '@netstats/protocol'
import type { Address, Block, Hash, Observation } from '@netstats/protocol'

/** Numbered observations of the three classes that tests of order and shedding need, and one of every kind. */
const at = 1_767_225_600_000
const defaultNode = nodeId('node-1')

const hashOf = (n: number): Hash => `0x${n.toString(16).padStart(64, '0')}` as Hash

export const exampleBlock = (n: number): Block => ({
  number: blockNumber(n),
  hash: hashOf(n),
  parentHash: hashOf(Math.max(0, n - 1)),
  timestamp: unixSeconds(Math.floor(at / 1000) + n * 5),
  miner: `0x${'ab'.repeat(20)}` as Address,
  gasUsed: 21_000,
  gasLimit: 30_000_000,
  difficulty: 2n,
  totalDifficulty: 2n ** 70n + BigInt(n),
  transactions: 1,
  transactionHashes: [hashOf(n + 1_000_000)],
  uncles: 0,
  baseFeePerGas: wei(7n),
  size: 612,
})

/** Class `latency`. */
export const examplePending = (n: number, node = defaultNode): Observation => ({
  kind: 'pending',
  node,
  observedAt: unixMs(at + n),
  body: { pending: n },
})

/** Class `stats`. */
export const exampleStats = (n: number, node = defaultNode): Observation => ({
  kind: 'node-stats',
  node,
  observedAt: unixMs(at + n),
  body: { active: true, syncing: false, mining: false, hashrate: 0, peers: n, gasPrice: wei(10n ** 18n), uptime: 100 },
})

/** Class `block`. */
export const exampleBlockObservation = (n: number, node = defaultNode): Observation => ({
  kind: 'block',
  node,
  observedAt: unixMs(at + n),
  body: exampleBlock(n),
})

/** One observation of every kind there is. */
export const exampleObservations = (node = defaultNode): readonly Observation[] => [
  {
    kind: 'node-info',
    node,
    observedAt: unixMs(at),
    body: {
      name: node,
      client: 'Geth/v1.13.15-stable/linux-amd64/go1.21.6',
      networkId: '1337',
      canUpdateHistory: true,
    },
  },
  exampleStats(25, node),
  examplePending(3, node),
  { kind: 'latency', node, observedAt: unixMs(at + 1), body: { latencyMs: 12.5 } },
  exampleBlockObservation(1, node),
  {
    kind: 'block-processing',
    node,
    observedAt: unixMs(at + 2),
    body: { number: blockNumber(1), hash: hashOf(1), processingMs: 4.25 },
  },
  {
    kind: 'head-event',
    node,
    observedAt: unixMs(at + 3),
    body: { type: 'reorg', added: [{ number: blockNumber(1), hash: hashOf(1) }], removed: [] },
  },
  { kind: 'host', node, observedAt: unixMs(at + 4), body: { cpus: 8, cpuShare: 0.25, memoryBytes: 2 ** 34 } },
  {
    kind: 'gap',
    node,
    observedAt: unixMs(at + 5),
    body: { reason: 'size', class: 'latency', dropped: 7, from: unixMs(at - 10), to: unixMs(at) },
  },
  {
    kind: 'metric',
    node,
    observedAt: unixMs(at + 6),
    body: { name: 'queue.length', value: 3, labels: { queue: 'rpc' } },
  },
  { kind: 'log', node, observedAt: unixMs(at + 7), body: { severity: 4, source: 'geth', message: 'Peer dropped' } },
  {
    kind: 'alarm',
    node,
    observedAt: unixMs(at + 8),
    body: { alarm: 'disk-full', step: 'raised', type: 'disk-full', severity: 2, message: 'The disk is full.' },
  },
]
