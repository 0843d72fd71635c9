/**
 * Blocks until it is known what became of them.
 *
 *     block ──► waiting ──(40 s)──► first result ──(10 min)──► last look ──► kept in mind, for reorganisations
 *                                       └────── another result where it left the chain, or joined it ──────┘
 *
 * Bounded: when there are too many blocks the oldest are settled at once and let go. A block that comes back after that
 * is recorded a second time; readers take the oldest row.
 */
import { binOf, hash64Of, histogramBins, percentileOf } from '@netstats/sdk/store'
import type { RowOf, Tables } from '@netstats/sdk/store'
import type { BlockFacts } from '../shard/observer.ts'
import type { NetworkBook } from './books.ts'
import type { Budget } from './budget.ts'

export interface WatchedBlock {
  readonly network: NetworkBook
  readonly number: number
  readonly hash: string
  readonly hash64: bigint
  readonly addedAt: number
  /** Of the delays. */
  readonly bins: Uint32Array
  sights: number
  /** Its first live sight was noted. */
  live: boolean
  told: { readonly canonical: boolean; readonly nodes: number } | undefined
}

export type Result = Omit<RowOf<Tables['blockResult']>, 'at' | 'seq' | 'network' | 'number' | 'hash64'>

export interface Lookout {
  find(hash: string, network: NetworkBook): WatchedBlock | undefined
  /** `told`: what the store has of it already. */
  add(
    network: NetworkBook,
    block: Pick<BlockFacts, 'number' | 'hash'>,
    at: number,
    told?: WatchedBlock['told'],
  ): WatchedBlock
  sighted(block: WatchedBlock, delayMs: number | null): void
  /** Blocks of this network may have changed sides. */
  reorganised(network: NetworkBook): void
  /** Once a second. */
  tick(at: number): void
  /** Writes what waits, for the end. */
  flush(): void
  readonly size: number
}

export interface LookoutOptions {
  readonly settleMs: number
  readonly lastLookMs: number
  /** Blocks of all networks together. */
  readonly maxBlocks: number
  /** Looks again at blocks of a network that reorganises without end are put off. */
  readonly budget: Pick<Budget, 'take' | 'charge'>
  readonly tell: (block: WatchedBlock, result: Result) => void
}

export const defaultLookout = { settleMs: 40_000, lastLookMs: 600_000, maxBlocks: 100_000 } as const

/** Blocks so far below the head may have left the tree because they are old. */
const windowMargin = 1500

export const createLookout = ({ settleMs, lastLookMs, maxBlocks, budget, tell }: LookoutOptions): Lookout => {
  // One hash on two networks is two blocks.
  const blocks = new Map<string, WatchedBlock>()
  const keyOf = (hash: string, { name }: NetworkBook): string => `${hash}${name.name}`
  const waiting = new Set<WatchedBlock>()
  const settled = new Set<WatchedBlock>()
  const doubtful = new Set<NetworkBook>()

  const look = (block: WatchedBlock): void => {
    const row = block.network.view.block(block.hash)
    const head = block.network.view.head()
    if (
      row === undefined &&
      block.told !== undefined &&
      head !== undefined &&
      head.number - block.number > windowMargin
    )
      return
    const canonical = row?.canonical ?? false
    const nodes = row?.nodes ?? Math.max(block.sights, block.told?.nodes ?? 0)
    if (block.told?.canonical === canonical && block.told.nodes === nodes) return
    block.told = { canonical, nodes }
    tell(block, {
      canonical,
      blockTimeMs: row?.blockTimeMs ?? null,
      nodes,
      p50Ms: row === undefined ? percentileOf([...block.bins], 0.5) : row.p50Ms,
      p95Ms: row === undefined ? percentileOf([...block.bins], 0.95) : row.p95Ms,
      p99Ms: row === undefined ? percentileOf([...block.bins], 0.99) : row.p99Ms,
      ...binColumns(block.bins),
    })
  }

  // Oldest first. A clock that was set back must not hold blocks up for hours.
  const due = (block: WatchedBlock, at: number, afterMs: number): boolean =>
    at - block.addedAt >= afterMs || block.addedAt > at + afterMs

  const forgetOldest = (): void => {
    for (const [key, block] of blocks) {
      if (waiting.delete(block)) look(block)
      settled.delete(block)
      blocks.delete(key)
      return
    }
  }

  return {
    find: (hash, network) => blocks.get(keyOf(hash, network)),
    add(network, { number, hash }, at, told) {
      const made: WatchedBlock = {
        network,
        number,
        hash,
        hash64: hash64Of(hash),
        addedAt: at,
        bins: new Uint32Array(histogramBins),
        sights: 0,
        live: false,
        told,
      }
      blocks.set(keyOf(hash, network), made)
      if (told === undefined) waiting.add(made)
      if (blocks.size > maxBlocks) forgetOldest()
      return made
    },
    sighted(block, delayMs) {
      block.sights++
      if (delayMs === null) return
      const bin = binOf(delayMs)
      block.bins[bin] = (block.bins[bin] as number) + 1
    },
    reorganised: (network) => doubtful.add(network),
    tick(at) {
      for (const block of waiting) {
        if (!due(block, at, settleMs)) break
        waiting.delete(block)
        look(block)
        settled.add(block)
      }
      for (const block of settled) {
        if (!due(block, at, lastLookMs)) break
        settled.delete(block)
        look(block)
      }
      const allowed = new Set([...doubtful].filter(({ name }) => budget.take('again', name, at)))
      if (allowed.size === 0) return
      for (const block of blocks.values()) {
        const { network, told } = block
        if (told === undefined || !allowed.has(network)) continue
        if (network.view.block(block.hash)?.canonical === told.canonical) continue
        look(block)
        budget.charge('again', network.name, at, 1)
      }
      for (const network of allowed) doubtful.delete(network)
    },
    flush() {
      for (const block of waiting) look(block)
      waiting.clear()
    },
    get size() {
      return blocks.size
    },
  }
}

type BinColumns = { readonly [K in `delay_h${number}`]: number }
const binColumns = (bins: Uint32Array): BinColumns =>
  Object.fromEntries(Array.from(bins, (count, bin) => [`delay_h${bin}`, count]))
