/**
 * What dashboards see. Plain JSON: times are Unix milliseconds, durations milliseconds, coin amounts decimal text.
 * A field that is `null` is not known; it is never a stand-in for zero.
 */

export const nodeStates = ['active', 'inactive'] as const
export type NodeState = (typeof nodeStates)[number]

/** One node as a table row shows it. Every key is a sortable column; `defineColumns` in the server lists them. */
export interface NodeRow {
  readonly id: string
  readonly name: string
  readonly state: NodeState
  /** When `state` last changed. */
  readonly stateSince: number
  readonly firstSeenAt: number
  readonly lastSeenAt: number
  /** Client family in lower case (`geth`, `besu`, …) and version without build suffix. */
  readonly clientName: string | null
  readonly clientVersion: string | null
  /** The client's own words. */
  readonly client: string | null
  readonly os: string | null
  readonly osVersion: string | null
  readonly protocol: string | null
  readonly port: number | null
  readonly api: string | null
  readonly reporter: string | null
  readonly contact: string | null
  readonly coinbase: string | null
  /** What the node says of its latency, and the WebSocket round trip as the server measures it. */
  readonly latencyMs: number | null
  readonly roundTripMs: number | null
  readonly syncing: boolean | null
  readonly mining: boolean | null
  readonly hashrate: number | null
  readonly peers: number | null
  readonly pending: number | null
  readonly gasPrice: string | null
  readonly blockNumber: number | null
  readonly blockHash: string | null
  readonly blockMiner: string | null
  /** When this node reported that block, server clock. */
  readonly blockAt: number | null
  readonly blockTransactions: number | null
  readonly blockUncles: number | null
  readonly totalDifficulty: string | null
  /** Blocks behind the network's head; 0 at the head. */
  readonly behind: number | null
  /** Delay of its latest block behind the first sight of it on the network, and the mean of its last 40. */
  readonly propagationMs: number | null
  readonly propagationAvgMs: number | null
  /** Last 40 heights, oldest first; -1 where the node did not report the height. */
  readonly propagation: readonly number[]
  /** How long the node took to execute its latest block, where its client says. */
  readonly processingMs: number | null
  /** Share of the time since first sight in which the node was active, percent, measured by the server. */
  readonly uptime: number | null
  /** What the node claims for itself; most clients always claim 100. */
  readonly reportedUptime: number | null
  /** Connections of this node since first sight; a flapping node has many. */
  readonly sessions: number
  readonly city: string | null
  readonly country: string | null
  /** Degrees, where the place is known. */
  readonly latitude: number | null
  readonly longitude: number | null
}
export type NodeColumn = keyof NodeRow

/** A block as lists show it. */
export interface BlockRow {
  readonly number: number
  readonly hash: string
  readonly parentHash: string
  /** Header time, milliseconds. */
  readonly timestamp: number
  /** First sight by the server, and the name of the node that reported it first; null for back-filled blocks. */
  readonly arrivedAt: number | null
  readonly firstNode: string | null
  readonly miner: string
  readonly transactions: number
  readonly uncles: number
  readonly gasUsed: number
  readonly gasLimit: number
  readonly baseFeePerGas: string | null
  readonly size: number | null
  readonly difficulty: string
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
  readonly transactions: readonly number[]
  readonly gasUsed: readonly number[]
  readonly gasLimit: readonly number[]
  readonly uncles: readonly number[]
  readonly p95Ms: readonly (number | null)[]
}

export interface Share {
  readonly name: string
  readonly count: number
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
  readonly uncles: number
  /** Forks and reorganisations seen since the server started, and the depth of the deepest. */
  readonly forks: number
  readonly reorgs: number
  readonly deepestReorg: number
  readonly uptime: number | null
  readonly latencyMs: number | null
  readonly propagation: Histogram
  readonly series: Series
  readonly clients: readonly Share[]
  readonly versions: readonly Share[]
  /** Who sealed the newest 60 blocks, most first. */
  readonly miners: readonly Share[]
}

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
