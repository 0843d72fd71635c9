/** A small past to ask about: an hour of network 1337, and a network that is gone. For tests. */
import { hash64Of, histogramBins, histogramMetrics, networkMetrics, nodeMetrics } from '@netstats/store'
import type { RowOf, Store, Tables } from '@netstats/store'
import { storeBatchOf } from '@netstats/store/testing'
import type { StoreRows } from '@netstats/store/testing'
import type { HistoryReader } from '../../../history/history-model.ts'

/** A whole hour. */
export const worldStart = 1_700_002_800_000
export const worldEnd = worldStart + 3_600_000
export const strangeNode = `a/b "c" %ü?#';--`
export const nodeNames = ['node-0', 'node-1', strangeNode] as const

type Row<T extends keyof Tables> = RowOf<Tables[T]>
export const hashAt = (number: number, fork = 0): string =>
  `0x${number.toString(16).padStart(8, '0')}${fork.toString(16).padStart(8, '0')}${'ab'.repeat(24)}`

const range = (count: number): readonly number[] => Array.from({ length: count }, (_, i) => i)

const measured = (metrics: readonly string[], value: number): Readonly<Record<string, number>> =>
  Object.fromEntries(
    metrics.flatMap((one, i) => [
      [`${one}_n`, 2],
      [`${one}_sum`, 2 * (value + i)],
      [`${one}_min`, value],
      [`${one}_max`, value + 2 * i],
    ]),
  )
const histogram = (metrics: readonly string[], at: number): Readonly<Record<string, number>> =>
  Object.fromEntries(
    metrics.flatMap((one) => range(histogramBins).map((bin) => [`${one}_h${bin}`, bin === at ? 2 : 0])),
  )

const networkRow = (bucket: number, value: number): Row<'network10s'> =>
  ({
    bucket,
    network: 1,
    blocks: 1,
    reorgs: 0,
    ...measured(networkMetrics, value),
    ...histogram(histogramMetrics, 5),
  }) as unknown as Row<'network10s'>
const nodeRow = (bucket: number, node: number, value: number): Row<'node1m'> =>
  ({ bucket, network: 1, node, samples: 4, blocks: 1, ...measured(nodeMetrics, value) }) as unknown as Row<'node1m'>

const block = (number: number, fork = 0): Row<'block'> => ({
  at: worldStart + number * 10_000 + fork,
  network: 1,
  number,
  hash64: hash64Of(hashAt(number, fork)),
  hash: hashAt(number, fork),
  parentHash: hashAt(number - 1),
  timestamp: worldStart + number * 10_000 - 500,
  miner: `0x${'11'.repeat(20)}`,
  transactions: number,
  uncles: 0,
  gasUsed: 21_000,
  gasLimit: 30_000_000,
  baseFeePerGas: number % 2 === 0 ? '7' : null,
  size: 540,
  difficulty: '2',
  extraData: '0x00',
  stateRoot: null,
  transactionsRoot: null,
  arrivedAt: worldStart + number * 10_000 + fork,
  firstNode: 1,
})
/** The newest two heights have not settled. */
export const worldBlocks = 60
export const forkedHeights = [20, 30, 31] as const
const settled = (number: number, fork = 0): Row<'blockResult'> => ({
  at: worldStart + number * 10_000 + 60_000,
  seq: 10_000 + number * 2 + fork,
  network: 1,
  number,
  hash64: hash64Of(hashAt(number, fork)),
  canonical: fork === 0,
  blockTimeMs: 10_000,
  nodes: 3,
  p50Ms: 20,
  p95Ms: 30,
  p99Ms: 31,
  ...histogram(['delay'], 3),
})

const info = (at: number, seq: number, node: number, client: string): Row<'nodeInfo'> => ({
  at,
  seq,
  network: 1,
  node,
  name: nodeNames[node - 1] ?? '',
  client,
  networkId: '1337',
  genesis: hashAt(0),
  port: 30_303,
  protocol: 'eth/68',
  api: 'No',
  os: 'linux',
  osVersion: '6.1',
  reporter: '0.1.1',
  contact: null,
  coinbase: null,
  canUpdateHistory: true,
  city: node === 1 ? 'Zürich' : null,
  country: node === 1 ? 'CH' : null,
  latitude: node === 1 ? 47.4 : null,
  longitude: node === 1 ? 8.5 : null,
})
const state = (at: number, seq: number, node: number, name: string, activeMs: number): Row<'nodeState'> => ({
  at,
  seq,
  network: 1,
  node,
  state: name,
  reason: name === 'inactive' ? 'silent' : null,
  sessions: 1,
  activeMs,
})
const minute = 60_000
const messages = [
  'peer dropped',
  'Imported new chain segment',
  `100%_done'; DROP TABLE log; --`,
  'täuschend "echt"\n,x',
]

/** Rows of every table. */
export const worldRows = (): StoreRows => ({
  network: [
    { key: 1, name: '1337', networkId: '1337', firstSeenAt: worldStart },
    { key: 2, name: 'gone', networkId: '7', firstSeenAt: worldStart },
  ],
  node: nodeNames.map((id, i) => ({ key: i + 1, network: 1, id, firstSeenAt: worldStart })),
  metricName: [
    { key: 1, name: 'host.cpuShare' },
    { key: 2, name: 'host.memoryBytes' },
  ],
  network10s: range(360).map((i) => networkRow(worldStart + i * 10_000, i % 7)),
  network1m: range(60).map((i) => networkRow(worldStart + i * minute, i % 7)),
  network1h: [networkRow(worldStart, 3)],
  node1m: range(60).flatMap((i) => [1, 2, 3].map((node) => nodeRow(worldStart + i * minute, node, i % 5))),
  node1h: [1, 2, 3].map((node) => nodeRow(worldStart, node, 3)),
  metric: range(60).map((i) => ({ at: worldStart + i * minute, network: 1, node: 1, metric: 1, value: i / 100 })),
  metric1m: range(60).map((i) => ({
    bucket: worldStart + i * minute,
    network: 1,
    node: 1,
    metric: 1,
    n: 1,
    sum: i / 100,
    min: i / 100,
    max: i / 100,
  })),
  nodeSample: range(180).map((i) => ({
    at: worldStart + i * 20_000,
    network: 1,
    node: 1 + (i % 3),
    active: true,
    syncing: false,
    mining: null,
    hashrate: null,
    peers: i % 30,
    gasPrice: 1e9,
    reportedUptime: 100,
    latencyMs: 12.5,
    roundTripMs: null,
    pending: i,
    processingMs: null,
  })),
  block: [...range(worldBlocks).map((number) => block(number)), ...forkedHeights.map((number) => block(number, 1))],
  blockResult: [
    ...range(worldBlocks - 2).map((number) => settled(number)),
    ...forkedHeights.map((number) => settled(number, 1)),
  ],
  blockSeen: range(worldBlocks).flatMap((number) =>
    [1, 2, 3].map((node) => ({
      at: worldStart + number * 10_000 + (node - 1) * 10,
      network: 1,
      node,
      number,
      hash64: hash64Of(hashAt(number)),
      delayMs: (node - 1) * 10,
    })),
  ),
  log: range(250).map((i) => ({
    at: worldStart + Math.floor(i / 2) * 1000,
    seq: 1 + i,
    network: 1,
    node: i % 4 === 0 ? null : 1 + (i % 3),
    severity: i % 8,
    source: i % 5 === 0 ? 'syslog' : 'geth',
    message: messages[i % messages.length] ?? '',
    component: i % 5 === 0 ? 'p2p' : null,
    fields: i % 5 === 0 ? '{"peers":"4"}' : null,
  })),
  nodeInfo: [
    info(worldStart, 300, 1, 'Geth/v1'),
    info(worldStart + 1, 301, 2, 'Besu/v2'),
    info(worldStart + 2, 302, 3, 'reth/v3'),
    info(worldStart + 30 * minute, 303, 1, 'Geth/v1.1'),
  ],
  nodeState: [
    state(worldStart, 310, 1, 'active', 0),
    state(worldStart + 15 * minute, 311, 1, 'inactive', 15 * minute),
    state(worldStart + 30 * minute, 312, 1, 'active', 15 * minute),
    state(worldStart + 1, 313, 2, 'active', 0),
    state(worldStart + 2, 314, 3, 'active', 0),
    state(worldStart + 45 * minute, 315, 3, 'removed', 45 * minute - 2),
  ],
  reorg: [{ at: worldStart + 310_000, seq: 320, network: 1, number: 31, hash: hashAt(31), depth: 2 }],
  alarm: ['raised', 'acknowledged', 'cleared'].flatMap((step, i) =>
    [1, 2].map((one) => ({
      at: worldStart + (10 * i + one) * minute,
      seq: 330 + 2 * i + one,
      network: 1,
      node: one,
      alarm: `alarm-${one}`,
      step: one === 2 && step === 'cleared' ? 'suppressed' : step,
      severity: 3,
      type: 'node-inactive',
      message: 'silent for five minutes',
      origin: 'server',
    })),
  ),
  gap: [
    {
      at: worldStart + minute,
      seq: 340,
      network: 1,
      node: 2,
      reason: 'spool-full',
      class: 'latency',
      dropped: 12,
      from: worldStart,
      to: worldStart + 30_000,
    },
  ],
  shed: range(3).map((i) => ({
    at: worldStart + i * minute,
    seq: 350 + i,
    class: 'latency',
    reason: 'queue',
    dropped: 5,
  })),
})

export const fillWorld = async (store: Store): Promise<void> => store.write(storeBatchOf(worldRows()))

/** Names and keys as the store has them, as the server reads them at its start. */
export const readerOf = async (
  store: Store,
  options: { readonly usable?: () => boolean } = {},
): Promise<HistoryReader> => {
  const { networks, nodes, metricNames } = await store.catalog()
  const networkKey = (name: string): number | undefined => networks.find((one) => one.name === name)?.key
  return {
    get store() {
      return options.usable?.() === false ? undefined : store
    },
    reason: 'The store is being opened.',
    networkKey,
    nodeKey: (network, id) => nodes.find((one) => one.network === networkKey(network) && one.id === id)?.key,
    metricKey: (name) => metricNames.find((one) => one.name === name)?.key,
    networkOf: (key) => networks.find((one) => one.key === key)?.name,
    nodeOf: (key) => nodes.find((one) => one.key === key)?.id,
    metricOf: (key) => metricNames.find((one) => one.key === key)?.name,
    networks: () => networks.map((one) => one.name),
    viewAt: () => Promise.resolve(undefined),
  }
}
