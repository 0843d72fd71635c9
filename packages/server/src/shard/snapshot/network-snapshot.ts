/**
 * A network as it was, in plain data: what the history knows of a moment. From it comes a shard like any live one, either
 * to be looked at, or for the core to go on with after a restart.
 */
import type { NodeInfo } from '@netstats/protocol'
import type { BlockFacts } from '../blocks/block-record.ts'
import type { Place } from '../options.ts'

export interface SnapshotNode {
  readonly id: string
  readonly info: NodeInfo
  readonly place: Place | null
  readonly state: 'active' | 'inactive'
  readonly stateSince: number
  readonly firstSeenAt: number
  readonly lastSeenAt: number
  readonly sessions: number
  /** Time spent active in states that had ended by `stateSince`. */
  readonly activeMs: number
  readonly latencyMs: number | null
  readonly roundTripMs: number | null
  readonly syncing: boolean | null
  readonly mining: boolean | null
  readonly hashrate: number | null
  readonly peers: number | null
  readonly pending: number | null
  /** Wei; exact below 2^53. */
  readonly gasPrice: number | null
  readonly reportedUptime: number | null
  /** What it last reported: a place in `NetworkSnapshot.blocks`, when, and how long after the first report. */
  readonly block: { readonly index: number; readonly at: number; readonly delayMs: number | null } | null
}

export interface SnapshotBlock extends BlockFacts {
  /** Null while nobody had settled it. */
  readonly canonical: boolean | null
  readonly nodes: number
  readonly p50Ms: number | null
  readonly p95Ms: number | null
  readonly p99Ms: number | null
  /** Stands for single first-seen records where they are not kept any more: delays in ascending order, each as good as its bin. */
  readonly delays: () => readonly number[]
}

export interface NetworkSnapshot {
  readonly key: string
  readonly networkId: string | null
  readonly genesis: string | null
  readonly nodes: readonly SnapshotNode[]
  /** Ids of nodes that had been forgotten: what they saw stays in the blocks. */
  readonly forgotten: readonly string[]
  /** In any order. Those that only a far-off node stands on are among them. */
  readonly blocks: readonly SnapshotBlock[]
  /** In order of time. `block` and `node` are places in the lists above, `gone` coming after `nodes`; others are passed over. */
  readonly firstSeen: {
    readonly rows: number
    readonly node: Uint32Array
    readonly block: Uint32Array
    /** NaN where it was not measured. */
    readonly delayMs: Float64Array
  }
  readonly reorgs: number
  readonly deepestReorg: number
}
