/** Rows of the live state as the classic dashboard wants them. */
import type { BlockRow, NodeRow } from '@netstats/protocol/feed'
import { classicBlock, classicInfo, classicNode, classicReport, classicStats } from '@netstats/protocol/ethstats'
import type {
  ClassicBlock,
  ClassicGeo,
  ClassicInfo,
  ClassicNode,
  ClassicReport,
  ClassicStats,
} from '@netstats/protocol/ethstats'
import type { NetworkView } from '../shard/shard-model.ts'

/** What the node says of it, or else what the server measures; milliseconds. */
export const latencyOf = (row: NodeRow): number | null => {
  const ms = row.latencyMs ?? (row.roundTripMs === null ? null : row.roundTripMs / 2)
  return ms === null ? null : Math.round(ms)
}

const reportSource = (row: NodeRow): Parameters<typeof classicReport>[0] => ({
  active: row.state === 'active',
  mining: row.mining,
  syncing: row.syncing,
  hashrate: row.hashrate,
  peers: row.peers,
  gasPrice: row.gasPrice,
  uptime: row.uptime,
  latencyMs: latencyOf(row),
})

export const reportOf = (row: NodeRow): ClassicReport => classicReport(reportSource(row))

/** The node's latest block. One the core has forgotten is made of what the row still knows. */
export const blockOf = (view: NetworkView, row: NodeRow): ClassicBlock | undefined => {
  if (row.blockNumber === null || row.blockHash === null) return undefined
  const block = view.block(row.blockHash)
  const received = row.blockAt ?? 0
  const propagation = row.propagationMs ?? 0
  return classicBlock(
    block === undefined ? forgotten(row, row.blockNumber, row.blockHash) : sourceOf(block, row.totalDifficulty),
    {
      trusted: false,
      arrived: block?.arrivedAt ?? received - propagation,
      received,
      propagation,
      fork: block === undefined || block.forks === 0 ? 0 : Math.max(0, view.hashesAt(block.number).indexOf(block.hash)),
      time: block?.blockTimeMs ?? 0,
    },
  )
}

const sourceOf = (block: BlockRow, totalDifficulty: string | null): Parameters<typeof classicBlock>[0] => ({
  number: block.number,
  hash: block.hash,
  parentHash: block.parentHash,
  timestamp: Math.floor(block.timestamp / 1000),
  miner: block.miner,
  gasUsed: block.gasUsed,
  gasLimit: block.gasLimit,
  difficulty: block.difficulty,
  totalDifficulty,
  transactions: block.transactions,
  uncles: block.uncles,
  transactionsRoot: undefined,
  stateRoot: undefined,
  sha3Uncles: undefined,
})

const forgotten = (row: NodeRow, number: number, hash: string): Parameters<typeof classicBlock>[0] => ({
  number,
  hash,
  parentHash: '',
  timestamp: 0,
  miner: row.blockMiner ?? '',
  gasUsed: 0,
  gasLimit: 0,
  difficulty: 0,
  totalDifficulty: row.totalDifficulty,
  transactions: row.blockTransactions ?? 0,
  uncles: row.blockUncles ?? 0,
  transactionsRoot: undefined,
  stateRoot: undefined,
  sha3Uncles: undefined,
})

export const statsOf = (view: NetworkView, row: NodeRow): ClassicStats =>
  classicStats({
    ...reportSource(row),
    pending: row.pending,
    block: blockOf(view, row),
    propagationAvg: row.propagationAvgMs,
  })

const geoOf = (row: NodeRow): ClassicGeo | null =>
  row.latitude === null || row.longitude === null
    ? null
    : {
        range: [0, 0],
        country: row.country ?? '',
        region: '',
        city: row.city ?? '',
        ll: [row.latitude, row.longitude],
        metro: 0,
        area: 0,
      }

// No address: viewers need no login, and agents' addresses are nobody's business.
export const infoOf = (networkId: string | null, row: NodeRow): ClassicInfo =>
  classicInfo({ ...row, networkId, canUpdateHistory: null }, '')

export const nodeOf = (view: NetworkView, networkId: string | null, row: NodeRow): ClassicNode => {
  const up = row.uptime ?? 100
  const span = Math.max(0, row.lastSeenAt - row.firstSeenAt)
  return classicNode({
    id: row.id,
    info: infoOf(networkId, row),
    geo: geoOf(row),
    stats: statsOf(view, row),
    history: row.propagation,
    trusted: false,
    uptime: {
      started: row.firstSeenAt,
      up: Math.round((span * up) / 100),
      down: Math.round((span * (100 - up)) / 100),
      lastStatus: row.state === 'active',
      lastUpdate: row.lastSeenAt,
    },
    spark: '',
  })
}
