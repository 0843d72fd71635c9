/** Joins what a store knows of a moment into an image of the network: numbers become names, rows of sights find their blocks. */
import { hash64Of } from '@netstats/store'
import type { Moment, StoredBlock } from '@netstats/store'
import type { SnapshotNode, NetworkSnapshot } from '../../shard/mod.ts'
import { storedBlock } from './stored-block.ts'
import { hadNoPart, isGone, storedNode } from './stored-node.ts'
import type { StoredNodeName } from './stored-node.ts'

const nodesAStep = 200
const sightsAPiece = 2000
/** Place of what the image does not have. */
const nowhere = 0xffff_ffff

export interface MomentNames {
  readonly key: string
  readonly networkId: string | null
  readonly nodeOf: (key: number) => StoredNodeName | undefined
}

export interface MomentMore {
  /** Blocks below those of the moment that single nodes stand on. */
  readonly blocks: readonly StoredBlock[]
  readonly reorgs: number
  readonly deepestReorg: number
}

/** Blocks that nodes stand on and the moment does not have, by height. */
export const farHeights = ({ nodes, blocks }: Moment): readonly number[] => {
  const known = new Set(blocks.map((block) => block.number))
  return [...new Set(nodes.flatMap(({ block }) => (block === null || known.has(block.number) ? [] : [block.number])))]
}

export const imageOfMoment = function* (
  moment: Moment,
  names: MomentNames,
  more: MomentMore,
): Generator<void, NetworkSnapshot> {
  const stored = [...moment.blocks, ...more.blocks.map((block) => ({ ...block, canonical: null }))]
  const blockPlaces = new Map(stored.map((block, i) => [hash64Of(block.hash), i]))
  const nodes: SnapshotNode[] = []
  const forgottenKeys: number[] = []
  const places = new Map<number, number>()
  const shownNames = new Map<number, string>()
  for (let i = 0; i < moment.nodes.length; i++) {
    if (i % nodesAStep === 0) yield
    const one = moment.nodes[i]
    const name = one && names.nodeOf(one.node)
    if (one === undefined || name === undefined) continue
    if (one.info !== null && one.info.name !== '') shownNames.set(one.node, one.info.name)
    if (isGone(one)) {
      if (!hadNoPart(one)) forgottenKeys.push(one.node)
    } else if (one.info !== null || one.state !== null) {
      const place = one.block === null ? undefined : blockPlaces.get(one.block.hash64)
      places.set(one.node, nodes.push(storedNode(name, one, place)) - 1)
    }
  }
  const forgotten: string[] = []
  for (const key of forgottenKeys) places.set(key, nodes.length + forgotten.push(names.nodeOf(key)?.id ?? '') - 1)
  const nameOf = (node: number): string | null => shownNames.get(node) ?? names.nodeOf(node)?.id ?? null
  const blocks = stored.map((block) => storedBlock(block, nameOf))
  yield
  return {
    key: names.key,
    networkId: names.networkId,
    genesis: genesisOf(names.key, nodes),
    nodes,
    forgotten,
    blocks,
    firstSeen: yield* joinSights(moment.sightings, places, blockPlaces),
    reorgs: more.reorgs,
    deepestReorg: more.deepestReorg,
  }
}

const joinSights = function* (
  { rows, node, hash64, delayMs }: Moment['sightings'],
  nodePlaces: ReadonlyMap<number, number>,
  blockPlaces: ReadonlyMap<bigint, number>,
): Generator<void, NetworkSnapshot['firstSeen']> {
  const nodes = new Uint32Array(rows)
  const blocks = new Uint32Array(rows)
  // Sights of one block come together: comparing halves costs nothing, a look-up by bigint does.
  const halves = new Uint32Array(hash64.buffer, hash64.byteOffset, rows * 2)
  let place = nowhere
  for (let i = 0; i < rows; i++) {
    if (i % sightsAPiece === 0) yield
    if (i === 0 || halves[2 * i] !== halves[2 * i - 2] || halves[2 * i + 1] !== halves[2 * i - 1])
      place = blockPlaces.get(hash64[i] ?? 0n) ?? nowhere
    blocks[i] = place
    nodes[i] = nodePlaces.get(node[i] ?? 0) ?? nowhere
  }
  return { rows, node: nodes, block: blocks, delayMs }
}

/** The one most nodes name; for a key with the beginning of a genesis, only one that begins so. */
const genesisOf = (key: string, nodes: readonly SnapshotNode[]): string | null => {
  const beginning = key.split('-')[1] ?? ''
  const votes = new Map<string, number>()
  for (const { info } of nodes)
    if (info.genesis?.startsWith(`0x${beginning}`) === true) votes.set(info.genesis, (votes.get(info.genesis) ?? 0) + 1)
  let best: string | null = null
  for (const [genesis, count] of votes) if (count > (best === null ? 0 : (votes.get(best) ?? 0))) best = genesis
  return best
}
