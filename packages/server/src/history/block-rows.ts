/** Rows of blocks: their facts once, who saw them when, and in the end what became of them. */
import type { BlockRow } from '@netstats/protocol/feed'
import { hash64Of, tables } from '@netstats/sdk/store'
import type { BlockFacts } from '../shard/observer.ts'
import type { NetworkBook, NodeBook } from './books.ts'
import type { Budget } from './budget.ts'
import { createLookout, defaultLookout } from './lookout.ts'
import type { Lookout, LookoutOptions, WatchedBlock } from './lookout.ts'
import type { Pending } from './pending.ts'
import type { Rollups } from './rollup/rollups.ts'
import { placesOf } from './samples.ts'

const seen = placesOf(tables.blockSeen)
const maxU32 = 0xffff_ffff
/** What a date can hold; headers may say anything. */
const maxTime = 8_640_000_000_000_000

/** Blocks in mind that were not kept because their reporter had told of too many; another may bring them yet. */
const maxRefused = 10_000

/** Results of blocks as old as this before a stop have surely been written. */
const unsettledMs = 120_000
const blocksAPiece = 100

export interface BlockRows {
  readonly lookout: Lookout
  /** A block joined the tree; its row is written with its first sight, or by `settle`. */
  added(node: NodeBook, block: BlockFacts, at: number): void
  sighted(node: NodeBook, block: BlockFacts, delayMs: number | null, at: number): void
  /** The observation that brought it has been applied. */
  settle(): void
  /**
   * Blocks that came back from the store, which has all up to `until`: their rows are there, and the results of all but
   * the newest. In pieces of work.
   */
  restored(network: NetworkBook, blocks: readonly BlockRow[], until: number): Generator<void, void>
  tick(at: number): void
  flush(): void
}

export interface BlockRowsContext {
  readonly pending: Pending
  readonly rollups: Rollups
  readonly budget: Budget
  readonly lookout?: Partial<Omit<LookoutOptions, 'tell' | 'budget'>>
}

export const createBlockRows = ({ pending, rollups, budget, lookout: options }: BlockRowsContext): BlockRows => {
  const { into, nextSeq } = pending
  const rows = into.blockSeen
  let now = 0
  let added: { readonly node: NodeBook; readonly block: BlockFacts; readonly watched: WatchedBlock } | undefined

  const lookout = createLookout({
    ...defaultLookout,
    ...options,
    budget,
    tell: ({ network, number, hash64 }, result) =>
      into.blockResult.add({ at: now, seq: nextSeq(), network: network.name.key, number, hash64, ...result }),
  })

  const refused = new Set<string>()
  const keyOf = ({ network }: NodeBook, { hash }: BlockFacts): string => `${hash}${network.name.name}`

  const refuse = (node: NodeBook, block: BlockFacts): void => {
    pending.giveUp('fact', 'budget')
    refused.add(keyOf(node, block))
    if (refused.size <= maxRefused) return
    for (const oldest of refused) {
      refused.delete(oldest)
      return
    }
  }

  const extraDataOf = (node: NodeBook, { extraData }: BlockFacts, at: number): string | null => {
    if (extraData === null || budget.extraData(node.name, at, extraData.length)) return extraData
    pending.giveUp('fact', 'budget')
    return null
  }

  const write = (
    node: NodeBook,
    block: BlockFacts,
    { hash64, addedAt }: WatchedBlock,
    firstNode: number | null,
  ): void => {
    into.block.add({
      at: addedAt,
      network: node.network.name.key,
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
      extraData: extraDataOf(node, block, addedAt),
      stateRoot: block.stateRoot,
      transactionsRoot: block.transactionsRoot,
      arrivedAt: block.arrivedAt,
      firstNode,
    })
  }

  const settle = (): void => {
    if (added === undefined) return
    write(added.node, added.block, added.watched, null)
    added = undefined
  }

  const rollUp = ({ slot }: NetworkBook, block: BlockFacts, at: number): void => {
    rollups.block(at, slot)
    if (block.blockTimeMs !== null) rollups.networkValue(at, slot, 'blockTimeMs', block.blockTimeMs)
    rollups.networkValue(at, slot, 'transactions', block.transactions)
    rollups.networkValue(at, slot, 'uncles', block.uncles)
    if (block.gasLimit > 0) rollups.networkValue(at, slot, 'gasUsedShare', Math.min(1, block.gasUsed / block.gasLimit))
    if (block.size !== null) rollups.networkValue(at, slot, 'size', block.size)
  }

  return {
    lookout,
    added(node, block, at) {
      settle()
      if (lookout.find(block.hash, node.network) !== undefined) return
      if (!budget.take('blocks', node.name, at)) return refuse(node, block)
      refused.delete(keyOf(node, block))
      added = { node, block, watched: lookout.add(node.network, block, at) }
    },
    sighted(node, block, delayMs, at) {
      const key = keyOf(node, block)
      if (refused.has(key) && budget.take('blocks', node.name, at)) {
        refused.delete(key)
        added = { node, block, watched: lookout.add(node.network, block, at) }
      }
      const watched = lookout.find(block.hash, node.network)
      if (added?.watched === watched && added !== undefined) {
        write(node, block, added.watched, block.arrivedAt === at ? node.name.key : null)
        added = undefined
      }
      if (watched !== undefined) {
        if (!watched.live && block.arrivedAt === at) rollUp(node.network, block, at)
        watched.live = true
        lookout.sighted(watched, delayMs)
      }
      rollups.sample(at, node.slot)
      rollups.sighted(at, node.slot)
      if (delayMs !== null) {
        rollups.nodeValue(at, node.slot, 'propagationMs', delayMs)
        rollups.networkDelay(at, node.network.slot, 'propagationMs', delayMs)
      }
      if (!rows.begin()) return
      rows.put(seen.at, at)
      rows.put(seen.network, node.network.name.key)
      rows.put(seen.node, node.name.key)
      rows.put(seen.number, block.number)
      rows.put(seen.hash64, watched?.hash64 ?? hash64Of(block.hash))
      if (delayMs !== null) rows.put(seen.delayMs, Math.min(delayMs, maxU32))
    },
    settle,
    *restored(network, blocks, until) {
      let done = 0
      for (const { number, hash, arrivedAt, canonical, nodes } of blocks) {
        if (done++ % blocksAPiece === 0) yield
        // Later ones are live: whether they are kept was decided when they came.
        if (lookout.find(hash, network) !== undefined || (arrivedAt ?? 0) > until) continue
        const fresh = arrivedAt !== null && until - arrivedAt < unsettledMs
        if (fresh) yield
        const watched = lookout.add(network, { number, hash }, arrivedAt ?? 0, fresh ? undefined : { canonical, nodes })
        watched.live = arrivedAt !== null
        const seenBy = fresh ? network.view.blockDetail(hash)?.seenBy : undefined
        for (const [, delay] of seenBy ?? []) lookout.sighted(watched, delay)
      }
    },
    tick(at) {
      now = at
      lookout.tick(at)
    },
    flush: () => lookout.flush(),
  }
}
