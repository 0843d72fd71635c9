/**
 * What dashboards see. Plain JSON: times are Unix milliseconds, durations milliseconds, coin amounts decimal text.
 * A field that is `null` is not known; it is never a stand-in for zero.
 */
import type { NodeState } from './node-columns.ts'

/** A block as lists show it. */
export interface BlockRow {
  readonly number: number
  readonly hash: string
  readonly parentHash: string
  /** Header time, milliseconds. */
  readonly timestamp: number
  /**
   * First sight by the server, or the time of the header where nobody was watching when it came, and the name of the node that
   * reported it first; null for back-filled blocks.
   */
  readonly arrivedAt: number | null
  readonly firstNode: string | null
  /** Null where the header names nobody. */
  readonly miner: string | null
  readonly transactions: number | null
  readonly uncles: number | null
  readonly gasUsed: number | null
  /** What passes 2^53 - 1 stays there. */
  readonly gasLimit: number | null
  readonly baseFeePerGas: string | null
  readonly size: number | null
  readonly difficulty: string | null
  /** Time since its parent by header, milliseconds; null while the parent is unknown. */
  readonly blockTimeMs: number | null
  /** Nodes that reported it, and how fast it reached them. */
  readonly nodes: number
  readonly p50Ms: number | null
  readonly p95Ms: number | null
  readonly p99Ms: number | null
  /** False for a block that is not on the chain of the head. */
  readonly canonical: boolean
  /** Other blocks known at its height. */
  readonly forks: number
}

/** A block with who saw it when: `[node id, milliseconds after first sight]`, fastest first. */
export interface BlockDetail extends BlockRow {
  readonly extraData: string | null
  readonly stateRoot: string | null
  readonly transactionsRoot: string | null
  readonly siblings: readonly string[]
  readonly seenBy: readonly (readonly [node: string, delayMs: number])[]
}

/** Propagation of the newest blocks: bins of `binMs`; the last bin also holds everything slower. */
export interface Histogram {
  readonly binMs: number
  readonly counts: readonly number[]
  readonly samples: number
  readonly p50Ms: number | null
  readonly p95Ms: number | null
  readonly p99Ms: number | null
}

/** One value per block, oldest first, at most 60 blocks: for the strips beside the numbers. */
export interface Series {
  readonly numbers: readonly number[]
  readonly blockTimeMs: readonly (number | null)[]
  readonly transactions: readonly (number | null)[]
  readonly gasUsed: readonly (number | null)[]
  readonly gasLimit: readonly (number | null)[]
  readonly uncles: readonly (number | null)[]
  readonly p95Ms: readonly (number | null)[]
}

export interface Share {
  readonly name: string
  readonly count: number
}

/** Nodes stand on different branches, and stay there. */
export interface NetworkSplit {
  /** When the second branch began, and the last height all have in common. */
  readonly since: number
  readonly number: number
  /** That of the head first, then those of most nodes; at most 8. */
  readonly branches: readonly SplitBranch[]
}

export interface SplitBranch {
  /** Its first block, and the highest one a node stands on. */
  readonly from: string
  readonly number: number
  readonly hash: string
  /** How many stand on it, and the first 20 of them. */
  readonly nodes: number
  readonly named: readonly { readonly id: string; readonly name: string }[]
}

/** One network at a glance. */
export interface NetworkSummary {
  readonly key: string
  /** Decimal network id and genesis hash as nodes say them. */
  readonly networkId: string | null
  readonly genesis: string | null
  readonly nodes: number
  readonly active: number
  readonly syncing: number
  readonly head: BlockRow | null
  /** Nodes whose latest block is the head, and nodes at least two blocks behind it. */
  readonly atHead: number
  readonly behind: number
  /** Mean time between blocks by header over the newest 60. */
  readonly blockTimeMs: number | null
  readonly transactionsPerSecond: number | null
  readonly gasUsedShare: number | null
  readonly gasPrice: string | null
  readonly pending: number | null
  /** Null where no node says. */
  readonly uncles: number | null
  /**
   * Forks seen since the server started; reorganisations, which are branches that nodes left for others, and the depth of the
   * deepest.
   */
  readonly forks: number
  readonly reorgs: number
  readonly deepestReorg: number
  /** Null while all active nodes are on one branch. */
  readonly split: NetworkSplit | null
  readonly uptime: number | null
  readonly latencyMs: number | null
  readonly propagation: Histogram
  readonly series: Series
  readonly clients: readonly Share[]
  readonly versions: readonly Share[]
  /** Who sealed the newest 60 blocks, most first; those that name nobody are left out. */
  readonly miners: readonly Share[]
}

/** A line of a log, as lists show it. */
export interface LogLine {
  /** Tells lines of one list apart, and grows. Of no meaning elsewhere. */
  readonly id: number
  readonly at: number
  /** Id of the node, and what it calls itself; null where the line is of the network. */
  readonly node: string | null
  readonly name: string | null
  /** As in RFC 5424: 0 emergency to 7 debug. */
  readonly severity: number
  readonly source: string
  /** Part of the program that says it. */
  readonly component: string | null
  readonly message: string
  /** What the line says in names and values. */
  readonly fields: Readonly<Record<string, string>> | null
  /** True where the message or the fields are longer than a live line may be; the history has them whole. */
  readonly cut?: boolean
  /** Lines before this one that were left out, because more came than a viewer is sent. */
  readonly omitted?: number
}

/** The newest value of a metric, and when it came. */
export type MetricValue = readonly [value: number, at: number]

/** A point on the world map: a node, or several near each other that go by the id and name of one of them. */
export interface MapPoint {
  readonly id: string
  readonly name: string
  readonly state: NodeState
  readonly latitude: number
  readonly longitude: number
  /** How many nodes it stands for, and how many of these are inactive; a single one where they are not there. */
  readonly nodes?: number
  readonly inactive?: number
}
