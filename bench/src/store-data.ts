/**
 * The rows a server with N nodes would write, second by second, the same in every run. Each node sends a report every five
 * seconds (in turn: stats, latency, pending), sees a block every five seconds, and has one value of its host every five
 * seconds; every other minute it logs a line. 30,000 nodes make 18,500 rows a second, and roll-ups on top.
 */
import { hash64Of } from '@netstats/store'
import { networkId, nodeNameOf } from './fleet-nodes.ts'
import type { Batcher } from './store-batcher.ts'
import { addRollUps } from './store-rollup-data.ts'
import {
  blockAt,
  blockEverySeconds,
  blockResultRow,
  blockRow,
  hostMetrics,
  logRow,
  metricRow,
  network,
  nodeInfoRow,
  sampleRow,
  seenRow,
} from './store-rows.ts'
import type { Moment } from './store-rows.ts'
import { blockHash } from './store-values.ts'

/** Seconds in which every node reports once. */
const round = 5

/** Which raw rows are wanted: some are loaded only for the end of the hour. */
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
  /** Names, and the information of all nodes; once, before second 0. */
  introduce(to: Batcher): void
  /** One of `parts` equal parts of the raw rows of a second. */
  raw(to: Batcher, second: number, wanted: Wanted, part?: number, parts?: number): void
  /** Roll-ups of all buckets that end with this second; also by parts, as they are many at once. */
  rollUps(to: Batcher, second: number, wanted: Wanted, part?: number, parts?: number): void
}

export const createStoreData = ({ nodes, base, seq: lastSeq = 0 }: StoreDataOptions): StoreData => {
  if (nodes % round !== 0 || nodes < 60) throw new Error('the number of nodes is a multiple of 5, at least 60')
  const reports = nodes / round
  const logs = Math.round(nodes / 60)
  let seq = lastSeq
  /** The `i`th of `count` rows of a second. */
  const momentOf = (second: number, i: number, count: number, node: number): Moment => ({
    at: base + second * 1000 + Math.floor((i * 1000) / count),
    second,
    node,
  })
  /** Node in place `i` of a second: each once in five seconds, in an order that changes. */
  const nodeAt = (second: number, i: number): number =>
    1 + (second % round) * reports + ((i * 7919 + second * 6007) % reports)

  const addBlock = (to: Batcher, second: number): void => {
    const moment = momentOf(second, 0, 1, nodeAt(second, 0))
    to.add('block', blockRow(moment))
    if (second >= blockEverySeconds) to.add('blockResult', blockResultRow(moment, nodes, ++seq))
  }

  return {
    introduce: (to) => {
      to.add('network', { key: network, name: networkId, networkId, firstSeenAt: base })
      hostMetrics.forEach((name, i) => to.add('metricName', { key: i + 1, name }))
      for (let node = 1; node <= nodes; node++) {
        const id = nodeNameOf(node)
        to.add('node', { key: node, network, id, firstSeenAt: base })
        to.add('nodeInfo', nodeInfoRow(base, node, id, ++seq))
        const state = { state: 'active', reason: null, sessions: 1, activeMs: 0 }
        to.add('nodeState', { at: base, seq: ++seq, network, node, ...state })
      }
    },
    raw: (to, second, wanted, part = 0, parts = 1) => {
      if (part === 0 && second % blockEverySeconds === 0) addBlock(to, second)
      const number = blockAt(second)
      const hash64 = hash64Of(blockHash(number))
      const end = Math.floor((reports * (part + 1)) / parts)
      for (let i = Math.floor((reports * part) / parts); i < end; i++) {
        const moment = momentOf(second, i, reports, nodeAt(second, i))
        to.add('nodeSample', sampleRow(moment))
        if (wanted.seen) to.add('blockSeen', seenRow(moment, number, hash64))
        if (wanted.metrics) to.add('metric', metricRow(moment))
      }
      const lastLog = Math.floor((logs * (part + 1)) / parts)
      for (let i = Math.floor((logs * part) / parts); i < lastLog; i++) {
        const node = 1 + ((second * logs + i * 13) % nodes)
        to.add('log', logRow(momentOf(second, i, logs, node), second * logs + i, ++seq))
      }
    },
    rollUps: (to, second, wanted, part = 0, parts = 1) =>
      addRollUps(to, { second, base, nodes, metrics: wanted.metrics ? hostMetrics.length : 0, part, parts }),
  }
}
