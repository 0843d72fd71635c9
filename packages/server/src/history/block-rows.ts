/** Rows of blocks: their facts once and what was learned of them later, who saw them when, and in the end what became of them. */
import type { BlockRow } from '@netstats/protocol/feed'
import { hash64Of } from '@netstats/store'
import { blockTimeAfter } from '../shard/blocks/block-tree.ts'
import { isGuessed, liveWithinMs } from '../shard/mod.ts'
import type { BlockFacts } from '../shard/mod.ts'
import { sumBlock, sumSight, writeBlock, writeSight } from './block-row-writer.ts'
import { createBlockSettlement, defaultSettlement } from './block-settlement.ts'
import type { BlockSettlement, BlockSettlementOptions } from './block-settlement.ts'
import { createNewBlocks } from './new-blocks.ts'
import type { NetworkEntry, NodeEntry } from './node-index.ts'
import type { Rollups } from './rollup/rollups.ts'
import type { RowBuffer } from './row-buffer.ts'
import { addReport, createWatchedBlock } from './watched-blocks.ts'
import type { WriteQuota } from './write-quota.ts'

/** Results of blocks as old as this before a stop have surely been written. */
const unsettledMs = 120_000
const blocksAPiece = 100
/** Header times may be so far off from when blocks are seen. */
const clocksApartMs = 60_000

export interface BlockRows {
  /** A block joined the tree; its row is written with the report that brought it, or by `writeAttached`. */
  attached(node: NodeEntry, block: BlockFacts, seenAt: number, at: number): void
  /** A block joined the head's chain or left it. */
  canonicalChanged(network: NetworkEntry, hash: string): void
  /** More is known of a block that was reported before: a second row completes the first. */
  learned(node: NodeEntry, block: BlockFacts, at: number): void
  /** A node's first report of a block. */
  reported(node: NodeEntry, block: BlockFacts, delayMs: number | null, seenAt: number, at: number): void
  /** A replayed report of a block below what the core keeps. */
  reportedBelow(node: NodeEntry, block: BlockFacts, seenAt: number, at: number): void
  /** What the input brought is known: writes the row of a block that came without a report. */
  writeAttached(): void
  /**
   * Blocks that came back from the store, which has all up to `until`: their rows are there, and the results of all but
   * the newest. In pieces of work.
   */
  restored(network: NetworkEntry, blocks: readonly BlockRow[], until: number): Generator<void, void>
  tick(at: number): void
  flush(): void
}

export interface BlockRowsContext {
  readonly rowBuffer: RowBuffer
  readonly rollups: Rollups
  readonly quota: WriteQuota
  /** Time of the newest row that the store had at the start; null where it had none, undefined while it is not open. */
  readonly storedUntil: () => number | null | undefined
  readonly settlement?: Partial<Omit<BlockSettlementOptions, 'tell' | 'quota'>>
}

export const createBlockRows = (context: BlockRowsContext): BlockRows => {
  const { rowBuffer, rollups, quota } = context
  let now = 0

  const settlement = createBlockSettlement({
    ...defaultSettlement,
    ...context.settlement,
    quota,
    tell: ({ network, number, hash64 }, result) =>
      rowBuffer.into.blockResult.add({ at: now, network: network.name.number, number, hash64, ...result }),
  })

  const newBlocks = createNewBlocks(context, (block) => settlement.add(block))
  const writeAttached = (): void => newBlocks.write(null)

  const reported: BlockRows['reported'] = (node, block, delayMs, seenAt, at) => {
    newBlocks.retake(node, block, seenAt, at)
    const watched = settlement.find(block.hash, node.network)
    const isFirst = block.firstSeenAt === seenAt
    if (newBlocks.isWaiting(watched)) newBlocks.write(isFirst ? node.name.number : null)
    if (watched !== undefined) {
      if (!watched.live && isFirst) {
        // Where nobody was watching it belongs to no bucket.
        if (!isGuessed(block)) sumBlock(rollups, node.network, block, seenAt)
        watched.arrivedAt = seenAt
      }
      watched.live = true
      addReport(watched, delayMs)
      if (seenAt < at - liveWithinMs) settlement.late(watched, at)
    }
    sumSight(rollups, node, delayMs, seenAt)
    writeSight(context, { node, block, hash64: watched?.hash64 ?? hash64Of(block.hash), seenAt }, delayMs)
  }

  return {
    attached(node, block, seenAt, at) {
      writeAttached()
      if (settlement.find(block.hash, node.network) === undefined) newBlocks.take(node, block, seenAt, at)
    },
    canonicalChanged(network, hash) {
      const watched = settlement.find(hash, network)
      if (watched !== undefined) settlement.canonicalChanged(watched)
    },
    learned(node, block, at) {
      writeAttached()
      if (newBlocks.isRefused(node, block)) return
      if (!quota.take('blocks', node.name, at)) return rowBuffer.giveUp('fact', 'quota')
      const watched = settlement.find(block.hash, node.network)
      // Readers take the oldest row of a block, and from later ones what it leaves out.
      const seenAt = Math.max(at, (watched?.addedAt ?? 0) + 1)
      writeBlock(context, { node, block, hash64: watched?.hash64 ?? hash64Of(block.hash), seenAt, toldAt: at }, null)
    },
    reported,
    reportedBelow(node, block, seenAt, at) {
      writeAttached()
      const known = settlement.find(block.hash, node.network)
      const parent = settlement.find(block.parentHash, node.network)
      const blockTimeMs = parent === undefined ? null : blockTimeAfter(parent, block)
      const fresh = known === undefined && isNew(context, settlement, block, seenAt)
      // Its first report, where this is not it: the core does not know that any more.
      const arrivedAt = fresh ? seenAt : (known?.arrivedAt ?? null)
      const facts = { ...block, firstSeenAt: arrivedAt, arrivedAt, blockTimeMs }
      const watched = fresh ? newBlocks.take(node, facts, seenAt, at) : undefined
      if (watched !== undefined) watched.blockTimeMs = blockTimeMs
      reported(node, facts, arrivedAt === null ? null : Math.max(0, seenAt - arrivedAt), seenAt, at)
    },
    writeAttached,
    restored: (network, blocks, until) => watchStored(settlement, network, blocks, until),
    tick(at) {
      now = at
      settlement.tick(at)
    },
    flush: () => settlement.flush(),
  }
}

/**
 * Whether a block that is not in mind is in no row either. One of before the start, or of before what was released, may
 * be there, with a result that is better than what a single late report could say: then only the sight is kept.
 */
const isNew = (
  { storedUntil }: BlockRowsContext,
  { forgottenAt }: BlockSettlement,
  { timestampMs }: BlockFacts,
  seenAt: number,
): boolean => {
  const until = storedUntil()
  if (until === undefined) return false
  return Math.min(seenAt, timestampMs + clocksApartMs) > Math.max(until ?? -Infinity, forgottenAt)
}

/** Keeps blocks in mind that a restart found in the store. */
const watchStored = function* (
  settlement: BlockSettlement,
  network: NetworkEntry,
  blocks: readonly BlockRow[],
  until: number,
): Generator<void, void> {
  let done = 0
  for (const { number, hash, timestamp, arrivedAt, canonical, nodes } of blocks) {
    if (done++ % blocksAPiece === 0) yield
    // Later ones are live: whether they are kept was decided when they came.
    if (settlement.find(hash, network) !== undefined || (arrivedAt ?? 0) > until) continue
    // Of one whose arrival is the header's word it is not known when it was first reported.
    const fresh = arrivedAt !== null && (until - arrivedAt < unsettledMs || arrivedAt === timestamp)
    if (fresh) yield
    const facts = { number, hash, timestampMs: timestamp }
    const watched = createWatchedBlock(network, facts, arrivedAt ?? 0, fresh ? undefined : { canonical, nodes })
    settlement.add(watched)
    watched.live = arrivedAt !== null
    watched.arrivedAt = arrivedAt
    const seenBy = fresh ? network.view.blockDetail(hash)?.seenBy : undefined
    for (const [, delay] of seenBy ?? []) addReport(watched, delay)
  }
}
