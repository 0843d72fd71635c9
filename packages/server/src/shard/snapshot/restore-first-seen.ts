/** Gives the blocks and nodes of a shard the single first-seen records of a snapshot, in pieces. */
import { addReporter, addForgottenReporter } from '../blocks/block-record.ts'
import type { BlockRecord } from '../blocks/block-record.ts'
import { setDelay } from '../blocks/delay-ring.ts'
import type { NetworkSnapshot } from './network-snapshot.ts'
import type { NodeRecord } from '../nodes/node-record.ts'
import type { Shard } from '../shard-state.ts'
import { keepFirstSeen } from '../blocks/first-seen.ts'

const rowsPerStep = 1000

export const restoreFirstSeen = function* (
  shard: Shard,
  snapshot: NetworkSnapshot,
  nodes: readonly (NodeRecord | undefined)[],
  blocks: readonly BlockRecord[],
) {
  for (let from = 0; from < snapshot.firstSeen.rows; from += rowsPerStep) {
    restoreStep(shard, snapshot, nodes, blocks, from)
    yield
  }
}

/** One piece of them. Most of its time goes into memory: nodes come in another order for each block. */
const restoreStep = (
  shard: Shard,
  { firstSeen, forgotten }: NetworkSnapshot,
  nodes: readonly (NodeRecord | undefined)[],
  blocks: readonly BlockRecord[],
  from: number,
): void => {
  const end = Math.min(from + rowsPerStep, firstSeen.rows)
  for (let i = from; i < end; i++) {
    const place = firstSeen.node[i] ?? -1
    const node = nodes[place]
    const id = node?.id ?? forgotten[place - nodes.length]
    const block = blocks[firstSeen.block[i] ?? -1]
    if (id === undefined || block === undefined) continue
    if (node === undefined) {
      block.reporters++
      addForgottenReporter(block, id)
    } else addReporter(block, node.slot, shard.slots)
    const delay = firstSeen.delayMs[i] ?? Number.NaN
    if (Number.isNaN(delay)) continue
    if (node !== undefined) setDelay(node.ring, block.number, delay)
    if (block.percentiles !== null || !block.attached) continue
    keepFirstSeen(shard, block, id, delay)
  }
}
