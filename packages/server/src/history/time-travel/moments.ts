/**
 * Moments in the past, as views that are asked like the live ones. A moment is built once for all who ask at the same time
 * and kept for those who ask soon; nobody waiting any more ends a build.
 */
import { StoreError } from '@netstats/store'
import type { Moment, QueryOptions, Store, StoredBlock } from '@netstats/store'
import { createSnapshotView, defaultCoreOptions } from '../../shard/mod.ts'
import type { NetworkSnapshot, NetworkView } from '../../shard/mod.ts'
import { farHeights, imageOfMoment } from './stored-snapshot.ts'
import type { StoredNodeName } from './stored-node.ts'
import { createBuildCache } from './build-cache.ts'
import type { BuildLimits } from './build-cache.ts'
import { inSlices } from './time-slices.ts'

export interface StoredNetworkName {
  readonly key: number
  readonly networkId: string | null
  readonly firstSeenAt: number
  readonly nodes: { readonly size: number }
}

/** Names of what the store has only numbers for. */
export interface MomentKeys {
  readonly networks: ReadonlyMap<string, StoredNetworkName>
  nodeOf(key: number): StoredNodeName | undefined
}

export interface MomentOptions {
  /** Undefined while the store cannot be used. */
  readonly store: () => Store | undefined
  readonly names: MomentKeys
  /** Wall clock, milliseconds. */
  readonly now: () => number
  /** Milliseconds that never step. */
  readonly monotonic: () => number
  readonly limits?: Partial<BuildLimits>
}

export interface Moments {
  /** Undefined where nothing is known of the network then. Throws `StoreError`; `STORE_BUSY` where too many are being built. */
  viewAt(network: string, at: number, options?: { readonly signal?: AbortSignal }): Promise<NetworkView | undefined>
}

/** What is written within this time may still be missing: a moment as young is not kept longer than a second. */
const settledAfterMs = 60_000
/** Heights of a view; a live one keeps more, but lists of older blocks have an endpoint of their own. */
const viewHeights = 500
/** Heights whose single sights are read: as many as a summary covers and some above the head, fewer for many nodes. */
const maxSightHeights = 64
const maxSights = 1_200_000
/** Heights looked up one by one for nodes that are far behind; a node beyond shows no block. */
const maxFarHeights = 32
const maxForks = 64
const maxReorgs = 10_000

export const sightHeights = (nodes: number): number =>
  Math.max(1, Math.min(maxSightHeights, Math.floor(maxSights / Math.max(1, nodes))))

export interface ReadOptions extends QueryOptions {
  readonly heights: number
  readonly monotonic: () => number
}

/** Reads a network's moment and joins it to an image. */
export const readImage = async (
  store: Store,
  names: MomentKeys,
  network: string,
  at: number,
  { heights, monotonic, ...options }: ReadOptions,
): Promise<NetworkSnapshot | undefined> => {
  const known = names.networks.get(network)
  if (known === undefined) return undefined
  const { key } = known
  const moment = await store.moment(
    { network: key, at, blocks: heights, sightings: Math.min(heights, sightHeights(known.nodes.size)) },
    options,
  )
  const [reorgs, blocks] = await Promise.all([
    store.reorgs({ network: key, range: { from: 0, to: at + 1 }, limit: maxReorgs }, options),
    farBlocks(store, key, moment, options),
  ])
  const deepestReorg = reorgs.reduce((most, { depth }) => Math.max(most, depth), 0)
  return inSlices(
    imageOfMoment(
      moment,
      { key: network, networkId: known.networkId, nodeOf: (node) => names.nodeOf(node) },
      { blocks, reorgs: reorgs.length, deepestReorg },
    ),
    { signal: options.signal, monotonic },
  )
}

const farBlocks = async (
  store: Store,
  network: number,
  moment: Moment,
  options: QueryOptions,
): Promise<readonly StoredBlock[]> => {
  const found: StoredBlock[] = []
  for (const number of farHeights(moment).slice(0, maxFarHeights))
    found.push(...(await store.blocks({ network, fromNumber: number, toNumber: number, limit: maxForks }, options)))
  return found
}

export const createMoments = ({ store, names, now, monotonic, limits }: MomentOptions): Moments => {
  const build = async (network: string, at: number, signal: AbortSignal): Promise<NetworkView | undefined> => {
    const from = store()
    if (from === undefined) throw new StoreError('STORE_UNUSABLE', 'The store cannot be used.', { retryable: true })
    const heights = Math.min(viewHeights, defaultCoreOptions.windowHeights)
    const image = await readImage(from, names, network, at, { heights, monotonic, signal })
    if (image === undefined || (image.nodes.length === 0 && image.blocks.length === 0)) return undefined
    return inSlices(createSnapshotView(image, at), { signal, monotonic })
  }
  // Three views of 30,000 nodes hold about 180 MiB.
  const builds = createBuildCache<NetworkView | undefined>({
    sizeOf: (view) => view?.nodeCount ?? 0,
    monotonic,
    ...(limits === undefined ? {} : { limits }),
  })

  return {
    viewAt(network, at, { signal } = {}) {
      const known = names.networks.get(network)
      if (known === undefined || at < known.firstSeenAt) return Promise.resolve(undefined)
      return builds.get(`${at} ${network}`, {
        build: (own) => build(network, at, own),
        lasting: at <= now() - settledAfterMs,
        signal,
      })
    },
  }
}
