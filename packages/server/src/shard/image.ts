/**
 * A network as it was, in plain data: what the history knows of a moment. From it comes a shard like any live one, either
 * to be looked at, or for the core to go on with after a restart.
 */
import type { NodeInfo } from '@netstats/protocol'
import { createView } from './view.ts'
import { fillShard } from './image-fill.ts'
import type { NetworkView } from './model.ts'
import type { BlockFacts } from './observer.ts'
import { defaultCoreOptions } from './options.ts'
import type { CoreOptions, Place } from './options.ts'
import { createShard, createShardCounts } from './shard-state.ts'

export interface ImageNode {
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
  /** What it last reported: a place in `NetworkImage.blocks`, when, and how long after the first sight. */
  readonly block: { readonly index: number; readonly at: number; readonly delayMs: number | null } | null
}

export interface ImageBlock extends BlockFacts {
  /** Null while nobody had settled it. */
  readonly canonical: boolean | null
  readonly nodes: number
  readonly p50Ms: number | null
  readonly p95Ms: number | null
  readonly p99Ms: number | null
  /** Stands for single sights where they are not kept any more: delays in ascending order, each as good as its bin. */
  readonly delays: () => readonly number[]
}

export interface NetworkImage {
  readonly key: string
  readonly networkId: string | null
  readonly genesis: string | null
  readonly nodes: readonly ImageNode[]
  /** Ids of nodes that had been forgotten: what they saw stays in the blocks. */
  readonly gone: readonly string[]
  /** In any order. Those that only a far-off node stands on are among them. */
  readonly blocks: readonly ImageBlock[]
  /** In order of time. `block` and `node` are places in the lists above, `gone` coming after `nodes`; others are passed over. */
  readonly sightings: {
    readonly rows: number
    readonly node: Uint32Array
    readonly block: Uint32Array
    /** NaN where it was not measured. */
    readonly delayMs: Float64Array
  }
  readonly reorgs: number
  readonly deepestReorg: number
}

const ignore = (): void => undefined

/**
 * Builds what `image` shows at `at`, to be asked like a live network. It stops after each little piece of work, at most
 * a few hundred microseconds of it, so that whoever runs it can let others in between. Nodes and blocks beyond the
 * limits of a live network are left out, the longest unheard first.
 */
export const createImageView = function* (
  image: NetworkImage,
  at: number,
  limits: Partial<CoreOptions> = {},
): Generator<void, NetworkView> {
  const options: CoreOptions = { ...defaultCoreOptions, ...limits, observer: null, locate: null }
  const shard = createShard(image.key, image.networkId, { options, emit: ignore, counts: createShardCounts() })
  yield* fillShard(shard, image, at, { room: options.maxNodesPerNetwork, approximate: true })
  return createView(shard)
}
