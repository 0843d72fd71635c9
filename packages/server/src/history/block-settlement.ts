/**
 * Blocks until it is known what became of them.
 *
 *     block ──► waiting ──(40 s)──► first result ──(10 min)──► last look ──► kept in mind, for reorganisations
 *                                       └────── another result where it left the chain, or joined it ──────┤
 *                                       └────── another result ten minutes after it was reported late ──────┘
 *
 * A block below what the core keeps, which only late reports tell of, is taken for canonical where no other of its height
 * was seen by more. Bounded: when there are too many blocks the oldest are settled at once and released. A block that comes back after that
 * is recorded a second time; readers take the oldest row.
 */
import { takeResult } from './block-result.ts'
import type { BlockResult } from './block-result.ts'
import type { NetworkEntry } from './node-index.ts'
import { createWatchedBlocks } from './watched-blocks.ts'
import type { WatchedBlock } from './watched-blocks.ts'
import type { WriteQuota } from './write-quota.ts'

export interface BlockSettlement {
  find(hash: string, network: NetworkEntry): WatchedBlock | undefined
  add(block: WatchedBlock): void
  /** It was reported late: where its result has been told, there will be another. */
  late(block: WatchedBlock, at: number): void
  /** It joined the head's chain or left it: where its result has been written, there will be another. */
  canonicalChanged(block: WatchedBlock): void
  /** Once a second. */
  tick(at: number): void
  /** Writes what waits, for the end. */
  flush(): void
  /** Blocks that were reported later than that are all in mind. */
  readonly forgottenAt: number
}

export interface BlockSettlementOptions {
  readonly settleMs: number
  readonly lastLookMs: number
  /** Blocks of all networks together. */
  readonly maxBlocks: number
  /** Looks again at blocks of a network that reorganises without end are put off. */
  readonly quota: Pick<WriteQuota, 'take' | 'charge'>
  readonly tell: (block: WatchedBlock, result: BlockResult) => void
}

export const defaultSettlement = { settleMs: 40_000, lastLookMs: 600_000, maxBlocks: 100_000 } as const

/** Takes out those that are as old as that, the oldest first. A clock that was set back must not hold them up for hours. */
const takeDue = function* (blocks: Set<WatchedBlock>, at: number, afterMs: number): Generator<WatchedBlock> {
  for (const block of blocks) {
    if (at - block.addedAt < afterMs && block.addedAt <= at + afterMs) return
    blocks.delete(block)
    yield block
  }
}

export const createBlockSettlement = (options: BlockSettlementOptions): BlockSettlement => {
  const { settleMs, lastLookMs, maxBlocks, quota, tell } = options
  const waiting = new Set<WatchedBlock>()
  const settled = new Set<WatchedBlock>()
  /** Blocks that joined or left the chain since their result. */
  const changed = new Map<NetworkEntry, Set<WatchedBlock>>()
  /** Blocks reported late, and when to look at them again. */
  const again = new Map<WatchedBlock, number>()
  let forgottenAt = -Infinity

  const blocks = createWatchedBlocks(maxBlocks, (block) => {
    forgottenAt = Math.max(forgottenAt, block.addedAt)
    settled.delete(block)
    if (waiting.delete(block) || again.delete(block)) look(block)
  })

  const look = (block: WatchedBlock): void => {
    const result = takeResult(block, blocks.rivalsOf(block))
    if (result !== undefined) tell(block, result)
  }

  const lookAgain = (at: number): void => {
    for (const [block, lookAt] of again) {
      if (lookAt > at && lookAt <= at + lastLookMs) break
      // Who comes late again and again has to wait: results are kept for good.
      if (!quota.take('again', block.network.name, at)) continue
      again.delete(block)
      look(block)
    }
  }

  const lookAtChanged = (at: number): void => {
    for (const [network, ofNetwork] of changed) {
      if (!quota.take('again', network.name, at)) continue
      changed.delete(network)
      for (const block of ofNetwork) {
        // It may have come back, or been given up, since.
        const isSame = network.view.block(block.hash)?.canonical === block.lastResult?.canonical
        if (isSame || blocks.find(block.hash, network) !== block) continue
        look(block)
        quota.charge('again', network.name, at, 1)
      }
    }
  }

  return {
    find: (hash, network) => blocks.find(hash, network),
    add(block) {
      if (block.lastResult === undefined) waiting.add(block)
      blocks.add(block)
    },
    late(block, at) {
      if (block.lastResult === undefined || block.partial || settled.has(block) || again.has(block)) return
      again.set(block, at + lastLookMs)
    },
    canonicalChanged(block) {
      if (block.lastResult === undefined) return
      changed.set(block.network, (changed.get(block.network) ?? new Set()).add(block))
    },
    tick(at) {
      for (const block of takeDue(waiting, at, settleMs)) {
        look(block)
        settled.add(block)
      }
      for (const block of takeDue(settled, at, lastLookMs)) look(block)
      lookAgain(at)
      lookAtChanged(at)
    },
    flush() {
      for (const block of [...waiting, ...again.keys()]) look(block)
      waiting.clear()
      again.clear()
    },
    get forgottenAt() {
      return forgottenAt
    },
  }
}
