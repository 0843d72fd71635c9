/** Rows of blocks: their facts once, who saw them when, and in the end what became of them. */
import type { BlockRow } from '@netstats/protocol/feed'
import { hash64Of, tables } from '@netstats/sdk/store'
import { liveWithinMs } from '../shard/mod.ts'
import type { BlockFacts } from '../shard/observer.ts'
import type { NetworkBook, NodeBook } from './books.ts'
import type { Budget } from './budget.ts'
import { createLookout, defaultLookout } from './lookout.ts'
import type { Lookout, LookoutOptions, WatchedBlock } from './lookout.ts'
import type { Pending } from './pending.ts'
import type { Rollups, RollupSums } from './rollup/rollups.ts'
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
/** Header times may be so far off from when blocks are seen. */
const clocksApartMs = 60_000

export interface BlockRows {
  readonly lookout: Lookout
  /** A block joined the tree; its row is written with its first sight, or by `settle`. */
  added(node: NodeBook, block: BlockFacts, seenAt: number, at: number): void
  sighted(node: NodeBook, block: BlockFacts, delayMs: number | null, seenAt: number, at: number): void
  /** A late report of a block below what the core keeps. */
  old(node: NodeBook, block: BlockFacts, seenAt: number, at: number): void
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
  /** Time of the newest row that the store had at the start; null where it had none, undefined while it is not open. */
  readonly storedUntil: () => number | null | undefined
  readonly lookout?: Partial<Omit<LookoutOptions, 'tell' | 'budget'>>
}

/** A block whose row is still to be written. */
interface Added {
  readonly node: NodeBook
  readonly block: BlockFacts
  readonly watched: WatchedBlock
  readonly seenAt: number
}

export const createBlockRows = ({
  pending,
  rollups,
  budget,
  storedUntil,
  lookout: options,
}: BlockRowsContext): BlockRows => {
  const { into, nextSeq } = pending
  const rows = into.blockSeen
  let now = 0
  let added: Added | undefined

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

  const write = ({ node, block, watched: { hash64, addedAt }, seenAt }: Added, firstNode: number | null): void => {
    into.block.add({
      at: seenAt,
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
    write(added, null)
    added = undefined
  }

  const rollUp = (sums: RollupSums, { slot }: NetworkBook, block: BlockFacts, at: number): void => {
    sums.block(at, slot)
    if (block.blockTimeMs !== null) sums.networkValue(at, slot, 'blockTimeMs', block.blockTimeMs)
    sums.networkValue(at, slot, 'transactions', block.transactions)
    sums.networkValue(at, slot, 'uncles', block.uncles)
    if (block.gasLimit > 0) sums.networkValue(at, slot, 'gasUsedShare', Math.min(1, block.gasUsed / block.gasLimit))
    if (block.size !== null) sums.networkValue(at, slot, 'size', block.size)
  }

  /** Sums of a moment that is told of later: of buckets that are open, or of their own. */
  const sumsAt = (seenAt: number, at: number): RollupSums =>
    seenAt === at || rollups.covers(seenAt) ? rollups : rollups.late

  /** Keeps a block in mind whose row is to be written; undefined where its reporter has told of too many. */
  const take = (node: NodeBook, block: BlockFacts, seenAt: number, at: number): Added | undefined => {
    if (!budget.take('blocks', node.name, at)) return undefined
    if (refused.size > 0) refused.delete(keyOf(node, block))
    return { node, block, watched: lookout.add(node.network, block, at), seenAt }
  }

  /**
   * Whether a block that is not in mind is in no row either. One of before the start, or of before what was let go of, may
   * be there, with a result that is better than what a single late report could say: then only the sight is kept.
   */
  const isNew = ({ timestampMs }: BlockFacts, seenAt: number): boolean => {
    const until = storedUntil()
    if (until === undefined) return false
    return Math.min(seenAt, timestampMs + clocksApartMs) > Math.max(until ?? -Infinity, lookout.forgottenAt)
  }

  const writeSight = (
    node: NodeBook,
    block: BlockFacts,
    hash64: bigint,
    delayMs: number | null,
    seenAt: number,
  ): void => {
    if (!rows.begin()) return
    rows.put(seen.at, seenAt)
    rows.put(seen.network, node.network.name.key)
    rows.put(seen.node, node.name.key)
    rows.put(seen.number, block.number)
    rows.put(seen.hash64, hash64)
    if (delayMs !== null) rows.put(seen.delayMs, Math.min(delayMs, maxU32))
  }

  const sighted: BlockRows['sighted'] = (node, block, delayMs, seenAt, at) => {
    if (refused.size > 0 && refused.has(keyOf(node, block))) added = take(node, block, seenAt, at) ?? added
    const watched = lookout.find(block.hash, node.network)
    const isFirst = block.arrivedAt === seenAt
    const sums = sumsAt(seenAt, at)
    if (added !== undefined && added.watched === watched) {
      write(added, isFirst ? node.name.key : null)
      added = undefined
    }
    if (watched !== undefined) {
      if (!watched.live && isFirst) {
        rollUp(sums, node.network, block, seenAt)
        watched.arrivedAt = seenAt
      }
      watched.live = true
      lookout.sighted(watched, delayMs)
      if (seenAt < at - liveWithinMs) lookout.late(watched, at)
    }
    sums.sample(seenAt, node.slot)
    sums.sighted(seenAt, node.slot)
    if (delayMs !== null) {
      sums.nodeValue(seenAt, node.slot, 'propagationMs', delayMs)
      sums.networkDelay(seenAt, node.network.slot, 'propagationMs', delayMs)
    }
    writeSight(node, block, watched?.hash64 ?? hash64Of(block.hash), delayMs, seenAt)
  }

  return {
    lookout,
    added(node, block, seenAt, at) {
      settle()
      if (lookout.find(block.hash, node.network) !== undefined) return
      added = take(node, block, seenAt, at)
      if (added === undefined) refuse(node, block)
    },
    sighted,
    old(node, block, seenAt, at) {
      settle()
      const known = lookout.find(block.hash, node.network)
      const parent = lookout.find(block.parentHash, node.network)
      const elapsed = parent === undefined ? -1 : block.timestampMs - parent.timestampMs
      const fresh = known === undefined && isNew(block, seenAt)
      // Its first sight, where this is not it: the core does not know that any more.
      const arrivedAt = fresh ? seenAt : (known?.arrivedAt ?? null)
      const facts = { ...block, arrivedAt, blockTimeMs: elapsed < 0 ? null : elapsed }
      if (fresh) {
        added = take(node, facts, seenAt, at)
        if (added === undefined) refuse(node, facts)
        else added.watched.blockTimeMs = facts.blockTimeMs
      }
      sighted(node, facts, arrivedAt === null ? null : Math.max(0, seenAt - arrivedAt), seenAt, at)
    },
    settle,
    *restored(network, blocks, until) {
      let done = 0
      for (const { number, hash, timestamp, arrivedAt, canonical, nodes } of blocks) {
        if (done++ % blocksAPiece === 0) yield
        // Later ones are live: whether they are kept was decided when they came.
        if (lookout.find(hash, network) !== undefined || (arrivedAt ?? 0) > until) continue
        const fresh = arrivedAt !== null && until - arrivedAt < unsettledMs
        if (fresh) yield
        const facts = { number, hash, timestampMs: timestamp }
        const watched = lookout.add(network, facts, arrivedAt ?? 0, fresh ? undefined : { canonical, nodes })
        watched.live = arrivedAt !== null
        watched.arrivedAt = arrivedAt
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
