/**
 * What the classic dashboard shows, in the shapes its browser code needs: every key is there, numbers are decimal JSON
 * numbers, lists are lists, text is escaped. The types have no optional fields where the page throws on a missing one,
 * so a value that compiles is a value it can show. `classic-build.ts` makes them from ours.
 */
export interface ClassicInfo {
  readonly name: string
  readonly node: string
  readonly port: number
  readonly net: string
  readonly protocol: string
  readonly api: string
  readonly os: string
  readonly os_v: string
  /** Version of the reporter; the page warns where it is missing or below 0.1.1. */
  readonly client: string
  readonly canUpdateHistory: boolean
  readonly contact: string
  /** The page finds a miner's name by it. */
  readonly coinbase: string
  readonly ip: string
}

/** Where a node is; null draws no dot. */
export interface ClassicGeo {
  readonly range: readonly [number, number]
  readonly country: string
  readonly region: string
  readonly city: string
  /** Latitude and longitude. */
  readonly ll: readonly [number, number]
  readonly metro: number
  readonly area: number
}

export interface ClassicBlock {
  readonly number: number
  readonly hash: string
  readonly parentHash: string
  /** Header time, seconds. */
  readonly timestamp: number
  readonly miner: string
  readonly gasUsed: number
  readonly gasLimit: number
  readonly difficulty: number
  readonly totalDifficulty: number
  /** Only their lengths are read, so they hold zeros. */
  readonly transactions: readonly 0[]
  readonly uncles: readonly 0[]
  readonly transactionsRoot: string
  readonly stateRoot: string
  readonly sha3Uncles: string
  readonly trusted: boolean
  /** First sight of the block by the server, ms. */
  readonly arrived: number
  /** This node's report of it, ms. */
  readonly received: number
  /** `received` after `arrived`, ms. */
  readonly propagation: number
  /** Position among the blocks of this height. */
  readonly fork: number
  /** Time since the block before, ms. */
  readonly time: number
}

/** A node's values without its block: what `stats` carries. */
export interface ClassicReport {
  readonly active: boolean
  readonly mining: boolean
  readonly syncing: boolean
  readonly hashrate: number
  readonly peers: number
  readonly gasPrice: number
  readonly uptime: number
  readonly latency: number
}

export interface ClassicStats extends ClassicReport {
  readonly pending: number
  readonly block: ClassicBlock
  readonly propagationAvg: number
}

/** A row. `history`: propagation of the newest 40 heights in ms, newest last, -1 where there is none. */
export interface ClassicNodeInfo {
  readonly id: string
  readonly info: ClassicInfo
  readonly geo: ClassicGeo | null
  readonly stats: ClassicStats
  readonly history: readonly number[]
}

export interface ClassicNode extends ClassicNodeInfo {
  readonly trusted: boolean
  readonly uptime: ClassicUptime
  readonly spark: string
}

/** Not shown by the page; third parties read it. Times are ms. */
export interface ClassicUptime {
  readonly started: number
  readonly up: number
  readonly down: number
  readonly lastStatus: boolean
  readonly lastUpdate: number
}

export interface ClassicBin {
  readonly x: number
  readonly dx: number
  readonly y: number
  readonly frequency: number
  readonly cumulative: number
  readonly cumpercent: number
}

export interface ClassicMiner {
  readonly miner: string
  readonly name: false
  readonly blocks: number
}

/** Series of 40, oldest first: the page ignores shorter ones. */
export interface ClassicCharts {
  readonly height: readonly number[]
  /** Seconds. */
  readonly blocktime: readonly number[]
  readonly avgBlocktime: number
  readonly difficulty: readonly number[]
  readonly uncles: readonly number[]
  readonly transactions: readonly number[]
  readonly gasSpending: readonly number[]
  readonly gasLimit: readonly number[]
  /** Most blocks first. */
  readonly miners: readonly ClassicMiner[]
  readonly propagation: { readonly histogram: readonly ClassicBin[]; readonly avg: number }
  /** Sums of 25 blocks, newest first. */
  readonly uncleCount: readonly number[]
  readonly avgHashrate: number
}

/** Data of every action a server sends. */
export interface ClassicActions {
  /** Replaces all rows; also the answer to the page's `ready`, in its other envelope (`writeInit`). */
  readonly init: readonly ClassicNode[]
  /** Does nothing in the full page; send `init` too, or a new node stays unseen. */
  readonly add: ClassicNodeInfo
  readonly update: { readonly id: string; readonly stats: ClassicStats; readonly history: readonly number[] }
  readonly block: {
    readonly id: string
    readonly block: ClassicBlock
    readonly propagationAvg: number
    readonly history: readonly number[]
  }
  readonly pending: { readonly id: string; readonly pending: number }
  readonly stats: { readonly id: string; readonly stats: ClassicReport }
  readonly info: { readonly id: string; readonly info: ClassicInfo }
  readonly latency: { readonly id: string; readonly latency: number }
  readonly inactive: { readonly id: string; readonly stats: ClassicStats; readonly history: readonly number[] }
  readonly charts: ClassicCharts
  readonly blockPropagationChart: ClassicCharts['propagation']
  readonly uncleCount: readonly number[]
  readonly 'client-ping': { readonly serverTime: number }
}
export type ClassicAction = keyof ClassicActions

/** Entries of each series, of a node's history and of the histogram. */
export const classicBins = 40
