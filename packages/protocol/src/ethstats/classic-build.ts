/**
 * Makes the classic dashboard's values from ours. Each takes all it needs by name, so nothing is left out by mistake;
 * `null` or `undefined` says that a value is not known, and becomes what the page shows for that.
 */
import { classicBins } from './classic.ts'
import type {
  ClassicBin,
  ClassicBlock,
  ClassicCharts,
  ClassicInfo,
  ClassicMiner,
  ClassicNode,
  ClassicNodeInfo,
  ClassicReport,
  ClassicStats,
} from './classic.ts'
import { zeroHash } from '../loose/read-block.ts'
import { zeroAddress } from '../loose/values.ts'

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** For every text that reaches the page: it inserts some of them as HTML it trusts. */
export const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (c) => entities[c] ?? c)

type Maybe<T> = T | null | undefined
type Numeric = Maybe<number | bigint | string>

/** A finite number, 0 for what is none: the page computes with them without looking. */
const finite = (value: Numeric): number => {
  const number = Number(value ?? 0)
  return Number.isFinite(number) ? number : 0
}

const shown = (value: Maybe<string>): string => escapeHtml(value ?? '')

/** A row of the feed fits with `networkId` and `canUpdateHistory` added. */
export interface ClassicInfoSource {
  readonly name: string
  readonly client: Maybe<string>
  readonly networkId: Maybe<string>
  readonly port: Maybe<number>
  readonly protocol: Maybe<string>
  readonly api: Maybe<string>
  readonly os: Maybe<string>
  readonly osVersion: Maybe<string>
  readonly reporter: Maybe<string>
  readonly contact: Maybe<string>
  readonly coinbase: Maybe<string>
  readonly canUpdateHistory: Maybe<boolean>
}

/** `ip`: empty to keep addresses from viewers. */
export const classicInfo = (from: ClassicInfoSource, ip: string): ClassicInfo => ({
  name: escapeHtml(from.name),
  node: shown(from.client),
  port: finite(from.port),
  net: shown(from.networkId),
  protocol: shown(from.protocol),
  api: shown(from.api),
  os: shown(from.os),
  os_v: shown(from.osVersion),
  client: shown(from.reporter),
  canUpdateHistory: from.canUpdateHistory ?? false,
  contact: shown(from.contact),
  coinbase: shown(from.coinbase),
  ip: escapeHtml(ip),
})

/** How the server and one node came to know a block; times in ms. */
export interface Sight {
  readonly trusted: boolean
  readonly arrived: number
  readonly received: number
  readonly propagation: number
  readonly fork: number
  readonly time: number
}

/** What the page needs of a block; the observation's `Block` fits with the optional fields named. */
export interface ClassicBlockSource {
  readonly number: number
  readonly hash: string
  readonly parentHash: string
  /** Seconds. */
  readonly timestamp: number
  readonly miner?: Maybe<string>
  readonly gasUsed?: Maybe<number>
  readonly gasLimit?: Maybe<number>
  readonly difficulty?: Numeric
  readonly totalDifficulty: Numeric
  /** Counts. */
  readonly transactions?: Maybe<number>
  readonly uncles?: Maybe<number>
  readonly transactionsRoot: Maybe<string>
  readonly stateRoot: Maybe<string>
  readonly sha3Uncles: Maybe<string>
}

// More zeros than this would only cost bytes; no row is wide enough to show a longer number.
const maxZeros = 10_000
const zeros = (length: Maybe<number>): readonly 0[] =>
  Array.from({ length: Math.min(Math.max(0, Math.trunc(finite(length))), maxZeros) }, () => 0 as const)

export const classicBlock = (block: ClassicBlockSource, sight: Sight): ClassicBlock => ({
  number: block.number,
  hash: escapeHtml(block.hash),
  parentHash: escapeHtml(block.parentHash),
  timestamp: block.timestamp,
  miner: escapeHtml(block.miner ?? zeroAddress),
  gasUsed: finite(block.gasUsed),
  gasLimit: finite(block.gasLimit),
  difficulty: finite(block.difficulty),
  totalDifficulty: finite(block.totalDifficulty),
  transactions: zeros(block.transactions),
  uncles: zeros(block.uncles),
  transactionsRoot: block.transactionsRoot ?? zeroHash,
  stateRoot: block.stateRoot ?? zeroHash,
  sha3Uncles: block.sha3Uncles ?? zeroHash,
  trusted: sight.trusted,
  arrived: finite(sight.arrived),
  received: finite(sight.received),
  propagation: finite(sight.propagation),
  fork: finite(sight.fork),
  time: finite(sight.time),
})

/** The block of a node that has reported none. */
export const classicZeroBlock: ClassicBlock = {
  number: 0,
  hash: zeroHash,
  parentHash: zeroHash,
  timestamp: 0,
  miner: zeroAddress,
  gasUsed: 0,
  gasLimit: 0,
  difficulty: 0,
  totalDifficulty: 0,
  transactions: [],
  uncles: [],
  transactionsRoot: zeroHash,
  stateRoot: zeroHash,
  sha3Uncles: zeroHash,
  trusted: false,
  arrived: 0,
  received: 0,
  propagation: 0,
  fork: 0,
  time: 0,
}

/** A row of the feed fits with `active` added, which is the server's own judgement. */
export interface ClassicReportSource {
  readonly active: boolean
  readonly mining: Maybe<boolean>
  readonly syncing: Maybe<boolean>
  readonly hashrate: Maybe<number>
  readonly peers: Maybe<number>
  readonly gasPrice: Numeric
  /** Percent; 100 where it is not known. */
  readonly uptime: Maybe<number>
  readonly latencyMs: Maybe<number>
}

export const classicReport = (from: ClassicReportSource): ClassicReport => ({
  active: from.active,
  mining: from.mining ?? false,
  syncing: from.syncing ?? false,
  hashrate: finite(from.hashrate),
  peers: finite(from.peers),
  gasPrice: finite(from.gasPrice),
  uptime: finite(from.uptime ?? 100),
  latency: Math.round(finite(from.latencyMs)),
})

/** `block` undefined: it has reported none. */
export const classicStats = (
  from: ClassicReportSource & {
    readonly pending: Maybe<number>
    readonly block: ClassicBlock | undefined
    readonly propagationAvg: Maybe<number>
  },
): ClassicStats => ({
  ...classicReport(from),
  pending: finite(from.pending),
  block: from.block ?? classicZeroBlock,
  propagationAvg: Math.round(finite(from.propagationAvg)),
})

/** Exactly 40 values, newest last; what is not there is `fill`. */
export const padded = (values: readonly number[], fill: number): readonly number[] => {
  const newest = values.slice(-classicBins).map((value) => (Number.isFinite(value) ? value : fill))
  return [...Array.from({ length: classicBins - newest.length }, () => fill), ...newest]
}

/** Propagation of the newest heights in ms, oldest first, at least one of them; -1 where there is none. */
export const classicHistory = (propagation: readonly number[]): readonly number[] => padded(propagation, -1)

/** The row that `add` carries. */
export const classicNodeInfo = (from: ClassicNodeInfo): ClassicNodeInfo => ({
  id: escapeHtml(from.id),
  info: from.info,
  geo:
    from.geo === null
      ? null
      : {
          ...from.geo,
          country: escapeHtml(from.geo.country),
          region: escapeHtml(from.geo.region),
          city: escapeHtml(from.geo.city),
        },
  stats: from.stats,
  history: classicHistory(from.history),
})

/** The row that `init` carries. */
export const classicNode = (from: ClassicNode): ClassicNode => ({
  ...classicNodeInfo(from),
  trusted: from.trusted,
  uptime: from.uptime,
  spark: from.spark,
})

/** One block of the charts. */
export interface ChartBlock {
  readonly height: number
  readonly blockTimeMs: Maybe<number>
  readonly difficulty: Numeric
  readonly uncles: Maybe<number>
  readonly transactions: Maybe<number>
  readonly gasUsed: Maybe<number>
  readonly gasLimit: Maybe<number>
}

/**
 * Charts from the newest blocks, oldest first; fewer than 40 are padded with zeros on the old side, because the page
 * ignores shorter series. `samples` are propagation times in ms; what is over ten seconds counts into the last bin.
 * `uncleSums`: sums of 25 blocks, newest first.
 */
export const classicCharts = (from: {
  readonly blocks: readonly ChartBlock[]
  readonly avgBlockTimeMs: Maybe<number>
  readonly samples: Iterable<number>
  readonly miners: readonly { readonly miner: string; readonly blocks: number }[]
  readonly uncleSums: readonly number[]
  readonly avgHashrate: Maybe<number>
}): ClassicCharts => {
  const series = (pick: (block: ChartBlock) => Numeric): readonly number[] =>
    padded(
      from.blocks.slice(-classicBins).map((block) => finite(pick(block))),
      0,
    )
  return {
    height: series((block) => block.height),
    blocktime: series((block) => finite(block.blockTimeMs) / 1000),
    avgBlocktime: finite(from.avgBlockTimeMs) / 1000,
    difficulty: series((block) => block.difficulty),
    uncles: series((block) => block.uncles),
    transactions: series((block) => block.transactions),
    gasSpending: series((block) => block.gasUsed),
    gasLimit: series((block) => block.gasLimit),
    miners: from.miners
      .slice(0, 2)
      .map(({ miner, blocks }): ClassicMiner => ({ miner: escapeHtml(miner), name: false, blocks })),
    propagation: classicHistogram(from.samples),
    uncleCount: padded(from.uncleSums.slice(0, classicBins).toReversed(), 0).toReversed(),
    avgHashrate: finite(from.avgHashrate),
  }
}

const binMs = 250

/** Share of samples per quarter of a second up to ten. */
export const classicHistogram = (samples: Iterable<number>): ClassicCharts['propagation'] => {
  const counts = Array.from({ length: classicBins }, () => 0)
  let total = 0
  let sum = 0
  for (const sample of samples) {
    if (!(sample >= 0)) continue
    const clipped = Math.min(sample, binMs * classicBins)
    const bin = Math.min(Math.floor(clipped / binMs), classicBins - 1)
    counts[bin] = (counts[bin] ?? 0) + 1
    total++
    sum += clipped
  }
  let cumulative = 0
  const histogram = counts.map((frequency, i): ClassicBin => {
    cumulative += frequency
    const share = (n: number): number => (total === 0 ? 0 : n / total)
    return { x: i * binMs, dx: binMs, y: share(frequency), frequency, cumulative, cumpercent: share(cumulative) }
  })
  return { histogram, avg: total === 0 ? 0 : Math.round(sum / total) }
}
