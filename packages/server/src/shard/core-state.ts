/** What the parts of the core share. */
import type { UnixMs } from '@netstats/protocol'
import type { AppliedCollector } from './applied.ts'
import type { ShardContext } from './create-shard.ts'
import type { NetworkDirectory } from './networks.ts'
import { removeLongestInactiveOf } from './nodes/node-table.ts'
import type { NodeRecord } from './nodes/node-record.ts'
import type { NetworkView } from './shard-model.ts'
import type { Shard } from './shard-state.ts'

export interface CoreState extends ShardContext {
  readonly applied: AppliedCollector
  readonly directory: NetworkDirectory
  readonly views: Map<string, NetworkView>
}

export const nodeTotal = ({ directory }: CoreState): number => {
  let nodes = 0
  for (const shard of directory.shards.values()) nodes += shard.nodes.size
  return nodes
}

/** Whether there is a place for one more node; the longest inactive one makes it. */
export const hasRoom = (core: CoreState, at: UnixMs): boolean =>
  nodeTotal(core) < core.options.maxNodes || removeLongestInactiveOf(core.directory.shards.values(), at)

/** A node that an input names; counted where it is not known. */
export const nodeOf = ({ counts }: CoreState, shard: Shard | undefined, id: string): NodeRecord | undefined => {
  const node = shard?.nodes.get(id)
  if (shard === undefined) counts.unknownNetwork++
  else if (node === undefined) counts.unknownNode++
  return node
}
