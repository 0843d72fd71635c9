/**
 * The rows a server with N nodes would write, second by second, the same in every run. Each node sends a report every five
 * seconds (in turn: stats, latency, pending), sees a block every five seconds, and has one value of its host every five
 * seconds; every other minute it logs a line. 30,000 nodes make 18,500 rows a second, and roll-ups on top.
 */
import { hash64Of } from '@netstats/sdk/store'
import type { Batcher } from './store-batcher.ts'
import { addRollUps, bins } from './store-rollup-data.ts'
import { between, blockHash, chance, logLine, textHash } from './store-values.ts'

export const network = 1
export const blockEverySeconds = 5
export const firstBlock = 1_000_000
const round = 5
/** Values of the host that each node sends in turn. */
export const hostMetrics = ['cpu', 'memory', 'disk', 'network', 'load'] as const

/** What of the raw rows is wanted: some are loaded only for the end of the hour. */
export interface Wanted {
  readonly seen: boolean
  readonly metrics: boolean
}
export const everything: Wanted = { seen: true, metrics: true }

export interface StoreDataOptions {
  readonly nodes: number
  /** Unix milliseconds of second 0; a whole minute. */
  readonly base: number
  /** The last `seq` that is in the store. */
  readonly seq?: number
}

export interface StoreData {
  readonly perSecond: { readonly reports: number; readonly logs: number }
  /** Names, and who all nodes are; once, before second 0. */
  introduce(to: Batcher): void
  /** One of `parts` equal parts of the raw rows of a second. */
  raw(to: Batcher, second: number, wanted: Wanted, part?: number, parts?: number): void
  /** Roll-ups of all buckets that end with this second; also by parts, as they are many at once. */
  rollUps(to: Batcher, second: number, wanted: Wanted, part?: number, parts?: number): void
}

export const blockAt = (second: number): number => firstBlock + Math.floor(second / blockEverySeconds)

export const createStoreData = ({ nodes, base, seq: lastSeq = 0 }: StoreDataOptions): StoreData => {
  if (nodes % round !== 0 || nodes < 60) throw new Error('the number of nodes is a multiple of 5, at least 60')
  const reports = nodes / round
  const logs = Math.round(nodes / 60)
  let seq = lastSeq
  const at = (second: number): number => base + second * 1000
  /** Node in place `i` of a second: everybody once in five seconds, in an order that changes. */
  const nodeAt = (second: number, i: number): number =>
    1 + (second % round) * reports + ((i * 7919 + second * 6007) % reports)

  const sample = (to: Batcher, second: number, i: number): void => {
    const node = nodeAt(second, i)
    const kind = (Math.floor(second / round) + node) % 3
    const stats = kind === 0
    to.add('nodeSample', {
      at: at(second) + Math.floor((i * 1000) / reports),
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
    })
  }
  const seen = (to: Batcher, second: number, i: number, number: number, hash64: bigint): void => {
    const node = nodeAt(second, i)
    to.add('blockSeen', {
      at: at(second) + Math.floor((i * 1000) / reports),
      network,
      node,
      number,
      hash64,
      delayMs: 20 + (node % 200) + Math.floor(between(node, number, 0, 30) ** 2),
    })
  }
  const hostValue = (to: Batcher, second: number, i: number): void => {
    const node = nodeAt(second, i)
    to.add('metric', {
      at: at(second) + Math.floor((i * 1000) / reports),
      network,
      node,
      metric: 1 + (Math.floor(second / round) % hostMetrics.length),
      value: Math.round(((node % 60) + between(node, second, 0, 200) / 10) * 10) / 10,
    })
  }
  const log = (to: Batcher, second: number, i: number): void => {
    const node = 1 + ((second * logs + i * 13) % nodes)
    const { severity, message } = logLine(node, second * logs + i)
    to.add('log', {
      at: at(second) + Math.floor((i * 1000) / logs),
      seq: ++seq,
      network,
      node,
      severity,
      source: 'syslog',
      message,
    })
  }
  const newBlock = (to: Batcher, second: number): void => {
    const number = blockAt(second)
    const hash = blockHash(number)
    to.add('block', {
      at: at(second),
      network,
      number,
      hash64: hash64Of(hash),
      hash,
      parentHash: blockHash(number - 1),
      timestamp: at(second),
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
      arrivedAt: at(second),
      firstNode: nodeAt(second, 0),
    })
    if (second < blockEverySeconds) return
    to.add('blockResult', {
      at: at(second),
      seq: ++seq,
      network,
      number: number - 1,
      hash64: hash64Of(blockHash(number - 1)),
      canonical: true,
      blockTimeMs: blockEverySeconds * 1000,
      nodes,
      p50Ms: 320,
      p95Ms: 880,
      p99Ms: 1010,
      ...bins('delay', nodes),
    })
  }

  return {
    perSecond: { reports, logs },
    introduce: (to) => {
      to.add('network', { key: network, name: '20261', networkId: '20261', firstSeenAt: base })
      hostMetrics.forEach((name, i) => to.add('metricName', { key: i + 1, name }))
      for (let node = 1; node <= nodes; node++) {
        const id = `agent-${String(node).padStart(5, '0')}`
        to.add('node', { key: node, network, id, firstSeenAt: base })
        to.add('nodeInfo', { ...info, at: base, seq: ++seq, network, node, name: id })
        const state = { state: 'active', reason: null, sessions: 1, activeMs: 0 }
        to.add('nodeState', { at: base, seq: ++seq, network, node, ...state })
      }
    },
    raw: (to, second, wanted, part = 0, parts = 1) => {
      const from = Math.floor((reports * part) / parts)
      const end = Math.floor((reports * (part + 1)) / parts)
      if (part === 0 && second % blockEverySeconds === 0) newBlock(to, second)
      const number = blockAt(second)
      const hash64 = hash64Of(blockHash(number))
      for (let i = from; i < end; i++) {
        sample(to, second, i)
        if (wanted.seen) seen(to, second, i, number, hash64)
        if (wanted.metrics) hostValue(to, second, i)
      }
      for (let i = Math.floor((logs * part) / parts); i < Math.floor((logs * (part + 1)) / parts); i++)
        log(to, second, i)
    },
    rollUps: (to, second, wanted, part = 0, parts = 1) =>
      addRollUps(to, { second, base, nodes, metrics: wanted.metrics ? hostMetrics.length : 0, part, parts }),
  }
}

const info = {
  client: 'Geth/v1.16.3-stable-d1f9bd1c/linux-amd64/go1.24.6',
  networkId: '20261',
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
  city: null,
  country: null,
  latitude: null,
  longitude: null,
} as const
