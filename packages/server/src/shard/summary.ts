import type { Histogram, NetworkSummary, Series, Share } from '@netstats/protocol/feed'
import { blockRow, orderDelays, p95Of } from './blocks/block-record.ts'
import type { BlockRecord } from './blocks/block-record.ts'
import { blocksAt, recentCanonical } from './blocks/tree-state.ts'
import { medianOf } from '../lib/median.ts'
import { countUpTo, percentilesAcross } from '../lib/percentile.ts'
import { showSplit } from './split.ts'
import type { Shard } from './shard-state.ts'

/** Newest heights that series, means and the histogram cover. */
export const summaryHeights = 60
/** Widths of a bin: the finest whose bins reach the 99th percentile, so that a fast network shows a shape too. */
const binWidths = [5, 10, 25, 50, 100, 250]
const bins = 40
/** Shares beyond these are one share `other`: names come from outside. */
const maxShares = 30

/** Nodes looked at between two breaks. */
const nodesPerStep = 2000

/** In pieces of work: between two of them nodes may come, go and change. */
export const summarize = function* (shard: Shard): Generator<void, NetworkSummary> {
  const { tree } = shard
  const figures = yield* nodeFigures(shard)
  const recent = recentCanonical(tree, summaryHeights)
  return {
    key: shard.key,
    networkId: shard.networkId,
    genesis: shard.genesis,
    ...figures,
    head: tree.head === null ? null : blockRow(tree.head, blocksAt(tree, tree.head.number).length - 1),
    ...blockFigures(recent),
    forks: tree.forks,
    reorgs: shard.reorgs,
    deepestReorg: shard.deepestReorg,
    split: shard.split === null ? null : yield* showSplit(shard, shard.split.at),
    propagation: histogramOf(recent),
    series: seriesOf(recent),
    clients: shares(shard.clients),
    versions: shares(shard.versions),
    miners: shares(
      countBy(
        recent.filter(({ miner }) => miner !== null),
        ({ miner }) => miner ?? '',
      ),
    ),
  }
}

type NodeFigures = Pick<
  NetworkSummary,
  'nodes' | 'active' | 'syncing' | 'atHead' | 'behind' | 'gasPrice' | 'pending' | 'uptime' | 'latencyMs'
>

/** One pass over the nodes. Medians of active nodes where a single node may claim anything. */
const nodeFigures = function* (shard: Shard): Generator<void, NodeFigures> {
  const size = shard.nodes.size
  const head = shard.tree.head?.number ?? null
  const pending = new Float64Array(size)
  const latency = new Float64Array(size)
  const gasPrice = new Float64Array(size)
  let pendings = 0
  let latencies = 0
  let gasPrices = 0
  let active = 0
  let syncing = 0
  let behind = 0
  let uptime = 0
  let looked = 0
  for (const node of shard.nodes.values()) {
    // Some may have come during a break.
    if (looked++ === size) break
    if (looked % nodesPerStep === 0) yield
    uptime += node.uptime ?? 0
    if (node.state !== 'active') continue
    active++
    if (node.syncing === true) syncing++
    if (head !== null && node.block !== null && head - node.block.number >= 2) behind++
    if (node.pending !== null) pending[pendings++] = node.pending
    if (node.latencyMs !== null) latency[latencies++] = node.latencyMs
    if (node.gasPriceWei !== null) gasPrice[gasPrices++] = node.gasPriceNumber
  }
  return {
    nodes: size,
    active,
    syncing,
    atHead: shard.tree.head?.followers ?? 0,
    behind,
    gasPrice: exactGasPrice(shard, medianOf(gasPrice, gasPrices)),
    pending: medianOf(pending, pendings),
    uptime: size === 0 ? null : Math.round((uptime / size) * 100) / 100,
    latencyMs: medianOf(latency, latencies),
  }
}

// The median was taken over rounded numbers; the text shown is a node's own.
const exactGasPrice = (shard: Shard, rounded: number | null): string | null => {
  if (rounded === null) return null
  for (const node of shard.nodes.values())
    if (node.state === 'active' && node.gasPriceWei !== null && node.gasPriceNumber === rounded)
      return node.gasPriceWei.toString()
  // The node that said it has said another, or gone, during a break.
  return BigInt(Math.round(rounded)).toString()
}

type BlockFigures = Pick<NetworkSummary, 'blockTimeMs' | 'transactionsPerSecond' | 'gasUsedShare' | 'uncles'>

const blockFigures = (recent: readonly BlockRecord[]): BlockFigures => {
  // The time of the genesis is none at which a block was made.
  const first = recent[0]?.number === 0 ? recent[1] : recent[0]
  const last = recent[recent.length - 1]
  let timed = 0
  let timedTransactions = 0
  let gasUsed = 0
  let gasLimit = 0
  let uncles: number | null = null
  for (const block of recent) {
    if (block.gasUsed !== null && block.gasLimit !== null) {
      gasUsed += block.gasUsed
      gasLimit += block.gasLimit
    }
    if (block.uncles !== null) uncles = (uncles ?? 0) + block.uncles
    if (block.blockTimeMs === null || block.transactions === null) continue
    timed += block.blockTimeMs
    timedTransactions += block.transactions
  }
  const heights = first === undefined || last === undefined ? 0 : last.number - first.number
  const span = first === undefined || last === undefined ? 0 : last.timestampMs - first.timestampMs
  return {
    // Over the whole span, so that a gap in what is known does not change it.
    blockTimeMs: heights === 0 || span < 0 ? null : Math.round(span / heights),
    transactionsPerSecond: timed === 0 ? null : Math.round((timedTransactions / timed) * 1e5) / 100,
    gasUsedShare: gasLimit === 0 ? null : Math.min(1, gasUsed / gasLimit),
    uncles,
  }
}

const histogramOf = (recent: readonly BlockRecord[]): Histogram => {
  const lists = recent.map((block) => orderDelays(block).delays).filter((delays) => delays.length > 0)
  const percentiles = percentilesAcross(lists)
  const reach = percentiles.p99Ms ?? 0
  const binMs = binWidths.find((width) => reach < width * bins) ?? 250
  const counts = Array.from({ length: bins }, () => 0)
  let samples = 0
  for (const delays of lists) {
    let before = 0
    for (let bin = 0; bin < bins && before < delays.length; bin++) {
      const upTo = bin === bins - 1 ? delays.length : countUpTo(delays, (bin + 1) * binMs - 1)
      counts[bin] = (counts[bin] ?? 0) + upTo - before
      before = upTo
    }
    samples += delays.length
  }
  return { binMs, counts, samples, ...percentiles }
}

const seriesOf = (recent: readonly BlockRecord[]): Series => ({
  numbers: recent.map((block) => block.number),
  blockTimeMs: recent.map((block) => block.blockTimeMs),
  transactions: recent.map((block) => block.transactions),
  gasUsed: recent.map((block) => block.gasUsed),
  gasLimit: recent.map((block) => block.gasLimit),
  uncles: recent.map((block) => block.uncles),
  p95Ms: recent.map(p95Of),
})

const countBy = <T>(items: readonly T[], key: (item: T) => string): Map<string, number> => {
  const counts = new Map<string, number>()
  for (const item of items) counts.set(key(item), (counts.get(key(item)) ?? 0) + 1)
  return counts
}

/** Most first, equal ones by name. */
const shares = (counts: ReadonlyMap<string, number>): readonly Share[] => {
  const all = [...counts].map(([name, count]) => ({ name, count }))
  all.sort((a, b) => b.count - a.count || (a.name < b.name ? -1 : 1))
  if (all.length <= maxShares) return all
  const rest = all.slice(maxShares).reduce((sum, one) => sum + one.count, 0)
  return [...all.slice(0, maxShares), { name: 'other', count: rest }]
}
