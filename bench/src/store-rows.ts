/** Raw rows of a made-up fleet: each depends on its second and its place in it alone. */
import { hash64Of } from '@netstats/store'
import type { RowOf, Tables } from '@netstats/store'
import { networkId, townOf, usualClient } from './fleet-nodes.ts'
import { bins } from './store-rollup-data.ts'
import { between, blockHash, chance, logLine, textHash } from './store-values.ts'

export const network = 1
export const blockEverySeconds = 5
const firstBlock = 1_000_000
/** Values of the host that each node sends in turn. */
export const hostMetrics = ['cpu', 'memory', 'disk', 'network', 'load'] as const

export const blockAt = (second: number): number => firstBlock + Math.floor(second / blockEverySeconds)

/** Whose row it is, and when: `at` is Unix milliseconds, `second` is of the data. */
export interface Moment {
  readonly at: number
  readonly second: number
  readonly node: number
}

export const sampleRow = ({ at, second, node }: Moment): RowOf<Tables['nodeSample']> => {
  const kind = (Math.floor(second / blockEverySeconds) + node) % 3
  const stats = kind === 0
  return {
    at,
    network,
    node,
    active: stats ? true : null,
    syncing: stats ? chance(node, second, 0.001) : null,
    mining: stats ? false : null,
    hashrate: stats ? 0 : null,
    peers: stats ? 8 + (node % 42) + (chance(node, second, 0.1) ? 1 : 0) : null,
    gasPrice: stats ? 1_284_503_311 + (Math.floor(second / 15) % 1000) * 1000 : null,
    reportedUptime: stats ? 100 : null,
    latencyMs: kind === 1 ? 1 + (node % 90) + between(node, second, 0, 20) : null,
    roundTripMs: kind === 1 ? 2 + (node % 90) + between(second, node, 0, 20) : null,
    pending: kind === 2 ? between(Math.floor(second / 5), 3, 0, 400) + (node % 7) : null,
    processingMs: stats ? between(node, second + 5, 1, 60) : null,
  }
}

export const seenRow = ({ at, node }: Moment, number: number, hash64: bigint): RowOf<Tables['blockSeen']> => ({
  at,
  network,
  node,
  number,
  hash64,
  delayMs: 20 + (node % 200) + Math.floor(between(node, number, 0, 30) ** 2),
})

export const metricRow = ({ at, second, node }: Moment): RowOf<Tables['metric']> => ({
  at,
  network,
  node,
  metric: 1 + (Math.floor(second / blockEverySeconds) % hostMetrics.length),
  value: Math.round(((node % 60) + between(node, second, 0, 200) / 10) * 10) / 10,
})

/** `serial` counts all lines of the fleet. */
export const logRow = ({ at, node }: Moment, serial: number, seq: number): RowOf<Tables['log']> => {
  const { severity, message } = logLine(node, serial)
  return { at, seq, network, node, severity, source: 'syslog', message, component: null, fields: null }
}

/** The block of a second, which `node` saw first. */
export const blockRow = ({ at, second, node }: Moment): RowOf<Tables['block']> => {
  const number = blockAt(second)
  const hash = blockHash(number)
  return {
    at,
    network,
    number,
    hash64: hash64Of(hash),
    hash,
    parentHash: blockHash(number - 1),
    timestamp: at,
    miner: textHash(`sealer ${number % 5}`).slice(0, 42),
    transactions: 12,
    uncles: 0,
    gasUsed: 252_000 + (number % 7) * 21_000,
    gasLimit: 30_000_000,
    baseFeePerGas: '7',
    size: 1700,
    difficulty: '2',
    extraData: null,
    stateRoot: textHash(`state ${number}`),
    transactionsRoot: textHash(`txs ${number}`),
    arrivedAt: at,
    firstNode: node,
  }
}

/** What came of the block before the one of this second. */
export const blockResultRow = (
  { at, second }: Pick<Moment, 'at' | 'second'>,
  nodes: number,
  seq: number,
): RowOf<Tables['blockResult']> => {
  const number = blockAt(second) - 1
  return {
    at,
    seq,
    network,
    number,
    hash64: hash64Of(blockHash(number)),
    canonical: true,
    blockTimeMs: blockEverySeconds * 1000,
    nodes,
    p50Ms: 320,
    p95Ms: 880,
    p99Ms: 1010,
    ...bins('delay', nodes),
  }
}

const info = {
  client: usualClient,
  networkId,
  genesis: null,
  port: 30_303,
  protocol: 'eth/69, eth/68, snap/1',
  api: 'No',
  os: 'linux',
  osVersion: 'amd64',
  reporter: '0.1.1',
  contact: null,
  coinbase: null,
  canUpdateHistory: true,
} as const

/** What a node says of itself, once. */
export const nodeInfoRow = (at: number, node: number, name: string, seq: number): RowOf<Tables['nodeInfo']> => ({
  ...info,
  ...townOf(node),
  at,
  seq,
  network,
  node,
  name,
})
