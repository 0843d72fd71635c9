/** Gives the blocks and nodes of a shard the single sights of an image, in pieces. */
import { addWitness, noteDeparted } from './block-record.ts'
import type { BlockRecord } from './block-record.ts'
import { setDelay } from './delay-ring.ts'
import type { NetworkImage } from './image.ts'
import type { NodeRecord } from './node-record.ts'
import type { Shard } from './shard-state.ts'
import { keepSight } from './sighting.ts'

const sightsAPiece = 1000

export const fillSights = function* (
  shard: Shard,
  image: NetworkImage,
  nodes: readonly (NodeRecord | undefined)[],
  blocks: readonly BlockRecord[],
) {
  for (let from = 0; from < image.sightings.rows; from += sightsAPiece) {
    fillSightsFrom(shard, image, nodes, blocks, from)
    yield
  }
}

/** One piece of them. Most of its time goes into memory: nodes come in another order for each block. */
const fillSightsFrom = (
  shard: Shard,
  { sightings, gone }: NetworkImage,
  nodes: readonly (NodeRecord | undefined)[],
  blocks: readonly BlockRecord[],
  from: number,
): void => {
  const end = Math.min(from + sightsAPiece, sightings.rows)
  for (let i = from; i < end; i++) {
    const place = sightings.node[i] ?? -1
    const node = nodes[place]
    const id = node?.id ?? gone[place - nodes.length]
    const block = blocks[sightings.block[i] ?? -1]
    if (id === undefined || block === undefined) continue
    if (node === undefined) {
      block.witnesses++
      noteDeparted(block, id)
    } else addWitness(block, node.slot, shard.slots)
    const delay = sightings.delayMs[i] ?? Number.NaN
    if (Number.isNaN(delay)) continue
    if (node !== undefined) setDelay(node.ring, block.number, delay)
    if (block.kept !== null || !block.attached) continue
    keepSight(shard, block, id, delay)
  }
}
