/** The block that an input brought, until its row is written, and blocks that were refused: their reporter had reported too many. */
import { createBoundedMap } from '@netstats/sdk/limits'
import type { BlockFacts } from '../shard/mod.ts'
import { writeBlock } from './block-row-writer.ts'
import type { BlockRowWriter } from './block-row-writer.ts'
import type { NodeEntry } from './node-index.ts'
import { createWatchedBlock } from './watched-blocks.ts'
import type { WatchedBlock } from './watched-blocks.ts'
import type { WriteQuota } from './write-quota.ts'

/** Refused blocks in mind; another may bring them yet. */
const maxRefused = 10_000

/** A block whose row is still to be written. */
interface NewBlock {
  readonly node: NodeEntry
  readonly block: BlockFacts
  readonly watched: WatchedBlock
  readonly seenAt: number
}

export interface NewBlocks {
  /** Takes a block in whose row is to be written, where its reporter has not reported too many. */
  take(node: NodeEntry, block: BlockFacts, seenAt: number, at: number): WatchedBlock | undefined
  /** The same for one that was refused before. */
  retake(node: NodeEntry, block: BlockFacts, seenAt: number, at: number): void
  isRefused(node: NodeEntry, block: BlockFacts): boolean
  /** Whether it is the one whose row is still to be written. */
  isWaiting(block: WatchedBlock | undefined): boolean
  /** Writes the row, where one is still to be written. */
  write(firstNode: number | null): void
}

export interface NewBlocksContext extends BlockRowWriter {
  readonly quota: Pick<WriteQuota, 'take' | 'extraData'>
}

const keyOf = ({ network }: NodeEntry, { hash }: BlockFacts): string => `${hash}${network.name.name}`

export const createNewBlocks = (context: NewBlocksContext, watch: (block: WatchedBlock) => void): NewBlocks => {
  const refused = createBoundedMap<string, true>(maxRefused)
  let waiting: NewBlock | undefined

  const takeAllowed: NewBlocks['take'] = (node, block, seenAt, at) => {
    if (!context.quota.take('blocks', node.name, at)) return undefined
    const watched = createWatchedBlock(node.network, block, at)
    waiting = { node, block, watched, seenAt }
    watch(watched)
    return watched
  }
  // Reports come by the thousand a second, refusals hardly ever.
  const isRefused: NewBlocks['isRefused'] = (node, block) => refused.size > 0 && refused.has(keyOf(node, block))

  return {
    take(node, block, seenAt, at) {
      const watched = takeAllowed(node, block, seenAt, at)
      if (watched !== undefined) refused.delete(keyOf(node, block))
      else {
        context.rowBuffer.giveUp('fact', 'quota')
        refused.set(keyOf(node, block), true)
      }
      return watched
    },
    retake(node, block, seenAt, at) {
      if (isRefused(node, block) && takeAllowed(node, block, seenAt, at) !== undefined)
        refused.delete(keyOf(node, block))
    },
    isRefused,
    isWaiting: (block) => waiting !== undefined && waiting.watched === block,
    write(firstNode) {
      if (waiting === undefined) return
      const { watched, ...told } = waiting
      waiting = undefined
      writeBlock(context, { ...told, hash64: watched.hash64, toldAt: watched.addedAt }, firstNode)
    },
  }
}
