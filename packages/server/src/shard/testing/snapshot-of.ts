/** The snapshot of a live network, made from what its view shows: what a perfect history would know. */
import type { Address, Hash, NodeInfo } from '@netstats/protocol'
import type { BlockDetail, NodeRow } from '@netstats/protocol/feed'
import type { SnapshotBlock, SnapshotNode, NetworkSnapshot } from '../snapshot/network-snapshot.ts'
import type { NetworkView } from '../shard-model.ts'

const given = <T extends object>(value: T): { [K in keyof T]?: NonNullable<T[K]> } =>
  Object.fromEntries(Object.entries(value).filter(([, one]) => one !== null)) as never

const infoOf = (row: NodeRow, networkId: string | null, genesis: string | null): NodeInfo => ({
  name: row.name,
  ...given({
    client: row.client,
    os: row.os,
    osVersion: row.osVersion,
    protocol: row.protocol,
    port: row.port,
    api: row.api,
    reporter: row.reporter,
    contact: row.contact,
    coinbase: row.coinbase as Address | null,
    networkId,
    genesis: genesis as Hash | null,
  }),
})

const blockOf = (block: BlockDetail): SnapshotBlock => ({
  ...block,
  timestampMs: block.timestamp,
  firstSeenAt: block.arrivedAt,
  delays: () => [],
})

/** A block outside the tree that a node stands on: its row tells the little there is. */
const detachedOf = (row: NodeRow): SnapshotBlock => ({
  number: row.blockNumber ?? 0,
  hash: row.blockHash ?? '',
  parentHash: '',
  timestampMs: 0,
  miner: row.blockMiner,
  transactions: row.blockTransactions ?? 0,
  uncles: row.blockUncles,
  gasUsed: 0,
  gasLimit: 0,
  baseFeePerGas: null,
  size: null,
  difficulty: '0',
  extraData: null,
  stateRoot: null,
  transactionsRoot: null,
  firstSeenAt: row.blockAt,
  arrivedAt: row.blockAt,
  firstNode: row.name,
  blockTimeMs: null,
  canonical: null,
  nodes: 1,
  p50Ms: null,
  p95Ms: null,
  p99Ms: null,
  delays: () => [],
})

const nodeOf = (row: NodeRow, info: NodeInfo, at: number, index: number | undefined): SnapshotNode => {
  const active = ((row.uptime ?? 0) / 100) * Math.max(0, at - row.firstSeenAt)
  return {
    ...row,
    info,
    place: { city: row.city, country: row.country, latitude: row.latitude, longitude: row.longitude },
    activeMs: active - (row.state === 'active' ? at - row.stateSince : 0),
    gasPrice: row.gasPrice === null ? null : Number(row.gasPrice),
    block: index === undefined ? null : { index, at: row.blockAt ?? 0, delayMs: row.propagationMs },
  }
}

export const snapshotOf = (view: NetworkView, at: number): NetworkSnapshot => {
  const { networkId, genesis, reorgs, deepestReorg } = view.summary()
  const rows = [...view.nodeIds()].map((id) => view.node(id)).filter((row) => row !== undefined)
  const details = view
    .blocks(100_000)
    .map((block) => view.blockDetail(block.hash))
    .filter((one) => one !== undefined)
  const blocks = details.map(blockOf)
  const places = new Map(blocks.map((block, i) => [block.hash, i]))
  for (const row of rows) {
    if (row.blockHash === null || places.has(row.blockHash)) continue
    places.set(row.blockHash, blocks.push(detachedOf(row)) - 1)
  }
  const ids = new Map(rows.map((row, i) => [row.id, i]))
  const forgotten: string[] = []
  const records = details.flatMap((block, index) =>
    block.seenBy.map(([id, delayMs]) => {
      const known = ids.get(id)
      if (known === undefined) ids.set(id, rows.length + forgotten.push(id) - 1)
      return { node: ids.get(id) ?? 0, block: index, delayMs, at: (block.arrivedAt ?? 0) + delayMs }
    }),
  )
  records.sort((a, b) => a.at - b.at)
  return {
    key: view.key,
    networkId,
    genesis,
    nodes: rows.map((row) =>
      nodeOf(row, infoOf(row, networkId, genesis), at, row.blockHash === null ? undefined : places.get(row.blockHash)),
    ),
    forgotten,
    blocks,
    firstSeen: {
      rows: records.length,
      node: Uint32Array.from(records, (one) => one.node),
      block: Uint32Array.from(records, (one) => one.block),
      delayMs: Float64Array.from(records, (one) => one.delayMs),
    },
    reorgs,
    deepestReorg,
  }
}

/** Runs a piece of work to its end at once. */
export const whole = <T>(work: Generator<void, T>): T => {
  for (;;) {
    const step = work.next()
    if (step.done === true) return step.value
  }
}
