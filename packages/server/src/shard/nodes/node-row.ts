import type { NodeColumn, NodeRow } from '@netstats/protocol/feed'
import type { BlockRecord } from '../blocks/block-record.ts'
import { delaysBelow, meanDelay } from '../blocks/delay-ring.ts'
import type { ComputedColumn, NodeRecord } from './node-record.ts'

type Compute<C extends ComputedColumn> = (node: NodeRecord, head: BlockRecord | null) => NodeRow[C]

const noHeight = -1

/** Columns that depend on the head, or that are kept in another form than they are shown in. */
const computed: { readonly [C in ComputedColumn]: Compute<C> } = {
  gasPrice: (node) => (node.gasPriceWei === null ? null : node.gasPriceWei.toString()),
  blockNumber: (node) => node.block?.number ?? null,
  blockHash: (node) => node.block?.hash ?? null,
  blockMiner: (node) => node.block?.miner ?? null,
  blockTransactions: (node) => node.block?.transactions ?? null,
  blockUncles: (node) => node.block?.uncles ?? null,
  totalDifficulty: (node) => (node.totalDifficultyWei === null ? null : node.totalDifficultyWei.toString()),
  behind: (node, head) =>
    node.block === null || head === null
      ? null
      : node.block.number >= head.number
        ? 0
        : head.number - node.block.number,
  propagation: (node, head) => delaysBelow(node.ring, head?.number ?? noHeight),
  propagationAvgMs: (node, head) => meanDelay(node.ring, head?.number ?? noHeight),
  // A time that belongs to another block than the one shown would mislead.
  processingMs: (node) =>
    node.processingHash !== null && node.processingHash === node.block?.hash ? node.processingTimeMs : null,
}

const isComputed = (column: NodeColumn): column is ComputedColumn => Object.hasOwn(computed, column)

/** One column of a row, without making the row. */
export const nodeColumn = <C extends NodeColumn>(node: NodeRecord, column: C, head: BlockRecord | null): NodeRow[C] =>
  isComputed(column) ? computed[column](node, head) : (node as unknown as NodeRow)[column]

// Written out: a loop over the table of columns takes twenty times as long (bench/RESULTS.md), and the type holds it complete.
export const nodeRow = (node: NodeRecord, head: BlockRecord | null): NodeRow => ({
  id: node.id,
  name: node.name,
  state: node.state,
  stateSince: node.stateSince,
  firstSeenAt: node.firstSeenAt,
  lastSeenAt: node.lastSeenAt,
  clientName: node.clientName,
  clientVersion: node.clientVersion,
  client: node.client,
  os: node.os,
  osVersion: node.osVersion,
  protocol: node.protocol,
  port: node.port,
  api: node.api,
  reporter: node.reporter,
  contact: node.contact,
  coinbase: node.coinbase,
  latencyMs: node.latencyMs,
  roundTripMs: node.roundTripMs,
  syncing: node.syncing,
  mining: node.mining,
  hashrate: node.hashrate,
  peers: node.peers,
  pending: node.pending,
  gasPrice: computed.gasPrice(node, head),
  blockNumber: computed.blockNumber(node, head),
  blockHash: computed.blockHash(node, head),
  blockMiner: computed.blockMiner(node, head),
  blockAt: node.blockAt,
  blockTransactions: computed.blockTransactions(node, head),
  blockUncles: computed.blockUncles(node, head),
  totalDifficulty: computed.totalDifficulty(node, head),
  behind: computed.behind(node, head),
  propagationMs: node.propagationMs,
  propagationAvgMs: computed.propagationAvgMs(node, head),
  propagation: computed.propagation(node, head),
  processingMs: computed.processingMs(node, head),
  uptime: node.uptime,
  reportedUptime: node.reportedUptime,
  polled: node.polled,
  sessions: node.sessions,
  city: node.city,
  country: node.country,
  latitude: node.latitude,
  longitude: node.longitude,
})
