import type { BlockRow } from '@netstats/protocol/feed'
import { blockDetail, blockRow } from './blocks/block-record.ts'
import type { BlockRecord } from './blocks/block-record.ts'
import { blocksAt, missingHeights } from './blocks/tree-state.ts'
import { takeChangeSet } from './change-set.ts'
import type { NetworkView } from './shard-model.ts'
import { nodeColumn, nodeRow } from './nodes/node-row.ts'
import type { Shard } from './shard-state.ts'
import { summarize } from './summary.ts'

/** What readers see of a shard. */
export const createView = (shard: Shard): NetworkView => {
  const { tree } = shard
  const attached = (hash: string): BlockRecord | undefined => {
    const block = tree.byHash.get(hash)
    return block?.attached === true ? block : undefined
  }
  const row = (block: BlockRecord): BlockRow => blockRow(block, blocksAt(tree, block.number).length - 1)
  return {
    key: shard.key,
    networkId: shard.networkId,
    get nodeCount() {
      return shard.nodes.size
    },
    nodeIds: () => shard.nodes.keys(),
    node(id) {
      const node = shard.nodes.get(id)
      return node === undefined ? undefined : nodeRow(node, tree.head)
    },
    record: (id) => shard.nodes.get(id),
    column(id, column) {
      const node = shard.nodes.get(id)
      return node === undefined ? undefined : nodeColumn(node, column, tree.head)
    },
    cells(id) {
      const node = shard.nodes.get(id)
      return node === undefined ? undefined : (column) => nodeColumn(node, column, tree.head)
    },
    head: () => (tree.head === null ? undefined : row(tree.head)),
    block(hash) {
      const block = attached(hash)
      return block === undefined ? undefined : row(block)
    },
    blockDetail(hash) {
      const block = attached(hash)
      return block === undefined ? undefined : blockDetail(block, blocksAt(tree, block.number))
    },
    hashesAt: (number) => blocksAt(tree, number).map((block) => block.hash),
    blocks: (limit) => newest(shard, limit).map(row),
    summary: () => whole(summarize(shard)),
    summarize: () => summarize(shard),
    get inDoubt() {
      return tree.doubt !== null
    },
    missing: (limit) => missingHeights(tree, limit),
    takeChangeSet: () => takeChangeSet(shard.changeSet, shard.nodes),
  }
}

const whole = <T>(work: Generator<void, T>): T => {
  for (;;) {
    const step = work.next()
    if (step.done === true) return step.value
  }
}

// From the head down; candidates above it, which are not believed yet, come first.
const newest = (shard: Shard, limit: number): readonly BlockRecord[] => {
  const { tree } = shard
  const found: BlockRecord[] = []
  const head = tree.head
  const above = [...tree.side].filter((block) => head === null || block.number > head.number)
  above.sort((a, b) => b.number - a.number)
  for (const block of above) if (found.length < limit) found.push(block)
  if (head === null) return found
  for (let n = head.number; n >= tree.base && found.length < limit; n--)
    for (const block of blocksAt(tree, n)) if (found.length < limit) found.push(block)
  return found
}
