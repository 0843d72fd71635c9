import { createShard, createShardCounts } from '../create-shard.ts'
import { defaultCoreOptions } from '../options.ts'
import type { CoreOptions } from '../options.ts'
import type { NetworkView } from '../shard-model.ts'
import { createView } from '../view.ts'
import type { NetworkSnapshot } from './network-snapshot.ts'
import { restoreFromSnapshot } from './restore-nodes.ts'

const ignore = (): void => undefined
/** Nobody follows what leads to a picture of the past. */
const quiet = { change: ignore, block: ignore, report: ignore }

/**
 * Builds what `snapshot` shows at `at`, to be asked like a live network. It stops after each little piece of work, at most
 * a few hundred microseconds of it, so that anyone who runs it can let others in between. Nodes and blocks beyond the
 * limits of a live network are left out, the longest unheard first.
 */
export const createSnapshotView = function* (
  snapshot: NetworkSnapshot,
  at: number,
  limits: Partial<CoreOptions> = {},
): Generator<void, NetworkView> {
  const options: CoreOptions = { ...defaultCoreOptions, ...limits, locate: null }
  const shard = createShard(snapshot.key, snapshot.networkId, {
    options,
    applied: quiet,
    counts: createShardCounts(),
  })
  yield* restoreFromSnapshot(shard, snapshot, at, { room: options.maxNodesPerNetwork, estimateDelays: true })
  return createView(shard)
}
