/** Rows of the feed for tests; only what a test is about needs naming. */
import type { BlockDetail, BlockRow, Histogram, NetworkSummary, NodeRow } from '@netstats/protocol/feed'

/** A block for tests; only what a test is about needs naming. */
export function blockRow(fields: Partial<BlockRow> = {}): BlockRow {
  const number = fields.number ?? 100
  return {
    number,
    hash: `0x${number.toString(16).padStart(64, '0')}`,
    parentHash: `0x${(number - 1).toString(16).padStart(64, '0')}`,
    timestamp: number * 5000,
    arrivedAt: number * 5000 + 40,
    firstNode: 'alpha',
    miner: `0x${'a'.repeat(40)}`,
    transactions: 12,
    uncles: 0,
    gasUsed: 1_000_000,
    gasLimit: 30_000_000,
    baseFeePerGas: null,
    size: null,
    difficulty: '2',
    blockTimeMs: 5000,
    nodes: 3,
    p50Ms: 40,
    p95Ms: 120,
    p99Ms: 200,
    canonical: true,
    forks: 0,
    ...fields,
  }
}

/** A node at the head for tests. */
export function nodeRow(fields: Partial<NodeRow> = {}): NodeRow {
  const id = fields.id ?? 'alpha'
  return {
    id,
    name: id,
    state: 'active',
    stateSince: 400_000,
    firstSeenAt: 100_000,
    lastSeenAt: 500_000,
    clientName: 'geth',
    clientVersion: '1.13.15',
    client: 'Geth/v1.13.15-stable/linux-amd64/go1.22',
    os: 'linux',
    osVersion: 'x64',
    protocol: 'eth/68',
    port: 30303,
    api: 'No',
    reporter: '0.1.1',
    contact: null,
    coinbase: null,
    latencyMs: 12,
    roundTripMs: 14,
    syncing: false,
    mining: true,
    hashrate: 0,
    peers: 4,
    pending: 7,
    gasPrice: '1000000000',
    blockNumber: 100,
    blockHash: blockRow().hash,
    blockMiner: blockRow().miner,
    blockAt: 500_040,
    blockTransactions: 12,
    blockUncles: 0,
    totalDifficulty: '201',
    behind: 0,
    propagationMs: 40,
    propagationAvgMs: 55,
    propagation: [40, 50, -1, 60],
    processingMs: 8,
    uptime: 99.5,
    reportedUptime: 100,
    polled: false,
    sessions: 1,
    city: null,
    country: null,
    latitude: null,
    longitude: null,
    ...fields,
  }
}

export const histogram = (fields: Partial<Histogram> = {}): Histogram => ({
  binMs: 50,
  counts: [6, 3, 1, 0, 0, 0, 0, 0, 0, 0],
  samples: 10,
  p50Ms: 40,
  p95Ms: 120,
  p99Ms: 140,
  ...fields,
})

/** A network of three nodes at one head for tests. */
export const networkSummary = (fields: Partial<NetworkSummary> = {}): NetworkSummary => ({
  key: '1337',
  networkId: '1337',
  genesis: null,
  nodes: 3,
  active: 3,
  syncing: 0,
  head: blockRow(),
  atHead: 3,
  behind: 0,
  blockTimeMs: 5000,
  transactionsPerSecond: 2.4,
  gasUsedShare: 0.03,
  gasPrice: '1000000000',
  pending: 7,
  uncles: 0,
  forks: 0,
  reorgs: 0,
  deepestReorg: 0,
  split: null,
  uptime: 99.9,
  latencyMs: 12,
  propagation: histogram(),
  series: { numbers: [], blockTimeMs: [], transactions: [], gasUsed: [], gasLimit: [], uncles: [], p95Ms: [] },
  clients: [{ name: 'geth', count: 3 }],
  versions: [{ name: 'geth 1.13.15', count: 3 }],
  miners: [],
  ...fields,
})

export const blockDetail = (fields: Partial<BlockDetail> = {}): BlockDetail => ({
  ...blockRow(fields),
  extraData: null,
  stateRoot: null,
  transactionsRoot: null,
  siblings: [],
  seenBy: [
    ['alpha', 0],
    ['beta', 40],
    ['gamma', 160],
  ],
  ...fields,
})
