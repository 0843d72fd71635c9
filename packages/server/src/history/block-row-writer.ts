/** Writes the facts of blocks, who saw them when, and what both add to roll-ups. */
import { tables } from '@netstats/store'
import type { BlockFacts } from '../shard/mod.ts'
import type { NetworkEntry, NodeEntry } from './node-index.ts'
import type { Rollups } from './rollup/rollups.ts'
import type { RowBuffer } from './row-buffer.ts'
import { placesOf } from './samples.ts'
import type { WriteQuota } from './write-quota.ts'

export interface BlockRowWriter {
  readonly rowBuffer: Pick<RowBuffer, 'into' | 'giveUp'>
  readonly quota: Pick<WriteQuota, 'extraData'>
}

/** A block as its row is written. */
export interface ToldBlock {
  /** Who reported it. */
  readonly node: NodeEntry
  readonly block: BlockFacts
  readonly hash64: bigint
  readonly seenAt: number
  /** When the server was told. */
  readonly toldAt: number
}

const seen = placesOf(tables.blockSeen)
const maxU32 = 0xffff_ffff
/** What a date can hold; headers may say anything. */
const maxTime = 8_640_000_000_000_000

/** `firstNode`: the number of the node that saw it first, where that is known. */
export const writeBlock = (writer: BlockRowWriter, told: ToldBlock, firstNode: number | null): void => {
  const { node, block, hash64, seenAt } = told
  writer.rowBuffer.into.block.add({
    at: seenAt,
    network: node.network.name.number,
    number: block.number,
    hash64,
    hash: block.hash,
    parentHash: block.parentHash,
    timestamp: Math.min(block.timestampMs, maxTime),
    miner: block.miner,
    transactions: block.transactions,
    uncles: block.uncles,
    gasUsed: block.gasUsed,
    gasLimit: block.gasLimit,
    baseFeePerGas: block.baseFeePerGas,
    size: block.size,
    difficulty: block.difficulty,
    extraData: allowedExtraData(writer, told),
    stateRoot: block.stateRoot,
    transactionsRoot: block.transactionsRoot,
    arrivedAt: block.arrivedAt,
    firstNode,
  })
}

const allowedExtraData = ({ rowBuffer, quota }: BlockRowWriter, { node, block, toldAt }: ToldBlock): string | null => {
  const { extraData } = block
  if (extraData === null || quota.extraData(node.name, toldAt, extraData.length)) return extraData
  rowBuffer.giveUp('fact', 'quota')
  return null
}

export const writeSight = (
  { rowBuffer }: Pick<BlockRowWriter, 'rowBuffer'>,
  { node, block, hash64, seenAt }: Omit<ToldBlock, 'toldAt'>,
  delayMs: number | null,
): void => {
  const rows = rowBuffer.into.blockSeen
  if (!rows.append()) return
  rows.set(seen.at, seenAt)
  rows.set(seen.network, node.network.name.number)
  rows.set(seen.node, node.name.number)
  rows.set(seen.number, block.number)
  rows.set(seen.hash64, hash64)
  if (delayMs !== null) rows.set(seen.delayMs, Math.min(delayMs, maxU32))
}

export const sumBlock = (rollups: Rollups, { name }: NetworkEntry, block: BlockFacts, at: number): void => {
  rollups.block(at, name)
  if (block.blockTimeMs !== null) rollups.networkValue(at, name, 'blockTimeMs', block.blockTimeMs)
  if (block.transactions !== null) rollups.networkValue(at, name, 'transactions', block.transactions)
  if (block.uncles !== null) rollups.networkValue(at, name, 'uncles', block.uncles)
  const { gasUsed, gasLimit } = block
  if (gasUsed !== null && gasLimit !== null && gasLimit > 0)
    rollups.networkValue(at, name, 'gasUsedShare', Math.min(1, gasUsed / gasLimit))
  if (block.size !== null) rollups.networkValue(at, name, 'size', block.size)
}

export const sumSight = (rollups: Rollups, { name, network }: NodeEntry, delayMs: number | null, at: number): void => {
  rollups.sample(at, name)
  rollups.sighted(at, name)
  if (delayMs === null) return
  rollups.nodeValue(at, name, 'propagationMs', delayMs)
  rollups.networkDelay(at, network.name, 'propagationMs', delayMs)
}
