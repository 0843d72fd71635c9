/**
 * Blocks until it is known what became of them.
 *
 *     block ──► waiting ──(40 s)──► first result ──(10 min)──► last look ──► kept in mind, for reorganisations
 *                                       └────── another result where it left the chain, or joined it ──────┤
 *                                       └────── another result ten minutes after it was told of late ──────┘
 *
 * A block below what the core keeps, which only late reports tell of, is taken for canonical where no other of its height
 * was seen by more. Bounded: when there are too many blocks the oldest are settled at once and let go. A block that comes back after that
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
  readonly timestampMs: number
  /** First sight of it that was not history; null where there was none, or it is not known any more. */
  arrivedAt: number | null
  blockTimeMs: number | null
  /** Of the delays. */
  readonly bins: Uint32Array
  sights: number
  /** Its first live sight was noted. */
  live: boolean
  told: Told | undefined
  /** Not all of its delays are at hand: a result of them would say less than the one the store has. */
  readonly partial: boolean
}

/** What the last result said, and how many sights there were then. */
interface Told {
  readonly canonical: boolean
  readonly nodes: number
  readonly sights: number
}

export type Result = Omit<RowOf<Tables['blockResult']>, 'at' | 'seq' | 'network' | 'number' | 'hash64'>

export interface Lookout {
  find(hash: string, network: NetworkBook): WatchedBlock | undefined
  /** `told`: what the store has of it already. */
  add(
    network: NetworkBook,
    block: Pick<BlockFacts, 'number' | 'hash' | 'timestampMs'>,
    at: number,
    told?: Pick<Told, 'canonical' | 'nodes'>,
  ): WatchedBlock
  sighted(block: WatchedBlock, delayMs: number | null): void
  /** It was told of late: where its result has been told, there will be another. */
  late(block: WatchedBlock, at: number): void
  /** Blocks of this network may have changed sides. */
  reorganised(network: NetworkBook): void
  /** Once a second. */
  tick(at: number): void
  /** Writes what waits, for the end. */
  flush(): void
  readonly size: number
  /** Blocks that were told of later than that are all in mind. */
  readonly forgottenAt: number
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
  /** The one that was looked for last: thousands of nodes tell of the same block, and a key is long. */
  let last: WatchedBlock | undefined
  const waiting = new Set<WatchedBlock>()
  const settled = new Set<WatchedBlock>()
  const doubtful = new Set<NetworkBook>()
  /** Blocks told of late, and when to look at them again. */
  const again = new Map<WatchedBlock, number>()
  /** Of each height of a network. */
  const heights = new Map<string, Set<WatchedBlock>>()
  const heightOf = ({ network, number }: WatchedBlock): string => `${number} ${network.name.name}`

  /** The core has let go of it, or never had it. */
  const outside = (block: WatchedBlock): Pick<Told, 'canonical' | 'nodes'> => {
    const { told, sights } = block
    if (told !== undefined) return { canonical: told.canonical, nodes: told.nodes + sights - told.sights }
    const others = [...(heights.get(heightOf(block)) ?? [])].filter((one) => one !== block)
    const canonical = others.every((one) => one.told?.canonical !== true && one.sights <= sights)
    return { canonical: canonical && isDeep(block), nodes: sights }
  }

  const isDeep = ({ network, number }: WatchedBlock): boolean => {
    const head = network.view.head()
    return head !== undefined && head.number - number > windowMargin
  }

  const look = (block: WatchedBlock): void => {
    const row = block.network.view.block(block.hash)
    if (row === undefined && block.told !== undefined && isDeep(block) && block.sights === block.told.sights) return
    // Near the head, a block that is gone has left the chain.
    const gone = row === undefined && !isDeep(block)
    const { canonical, nodes } = row ?? (gone ? { canonical: false, nodes: seenBy(block) } : outside(block))
    if (block.told?.canonical === canonical && block.told.nodes === nodes) return
    block.told = { canonical, nodes, sights: block.sights }
    if (row !== undefined) block.blockTimeMs = row.blockTimeMs
    tell(block, {
      canonical,
      blockTimeMs: block.blockTimeMs,
      nodes,
      p50Ms: row === undefined ? percentileOf([...block.bins], 0.5) : row.p50Ms,
      p95Ms: row === undefined ? percentileOf([...block.bins], 0.95) : row.p95Ms,
      p99Ms: row === undefined ? percentileOf([...block.bins], 0.99) : row.p99Ms,
      ...binColumns(block.bins),
    })
  }

  const seenBy = ({ sights, told }: WatchedBlock): number => Math.max(sights, told?.nodes ?? 0)

  // Oldest first. A clock that was set back must not hold blocks up for hours.
  const due = (block: WatchedBlock, at: number, afterMs: number): boolean =>
    at - block.addedAt >= afterMs || block.addedAt > at + afterMs

  let forgottenAt = -Infinity
  const forgetOldest = (): void => {
    for (const [key, block] of blocks) {
      forgottenAt = Math.max(forgottenAt, block.addedAt)
      if (waiting.delete(block)) look(block)
      settled.delete(block)
      if (again.delete(block)) look(block)
      if (block === last) last = undefined
      blocks.delete(key)
      const same = heights.get(heightOf(block))
      same?.delete(block)
      if (same?.size === 0) heights.delete(heightOf(block))
      return
    }
  }

  return {
    find(hash, network) {
      if (last?.hash === hash && last.network === network) return last
      const found = blocks.get(keyOf(hash, network))
      if (found !== undefined) last = found
      return found
    },
    add(network, { number, hash, timestampMs }, at, told) {
      const made: WatchedBlock = {
        network,
        number,
        hash,
        hash64: hash64Of(hash),
        addedAt: at,
        timestampMs,
        arrivedAt: null,
        blockTimeMs: null,
        bins: new Uint32Array(histogramBins),
        sights: 0,
        live: false,
        told: told && { ...told, sights: 0 },
        partial: told !== undefined,
      }
      // It may take the place of one that is there.
      last = made
      blocks.set(keyOf(hash, network), made)
      const same = heights.get(heightOf(made)) ?? new Set()
      heights.set(heightOf(made), same.add(made))
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
    late(block, at) {
      if (block.told === undefined || block.partial || settled.has(block) || again.has(block)) return
      again.set(block, at + lastLookMs)
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
      for (const [block, lookAt] of again) {
        if (lookAt > at && lookAt <= at + lastLookMs) break
        // Who comes late again and again has to wait: results are kept for good.
        if (!budget.take('again', block.network.name, at)) continue
        again.delete(block)
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
      for (const block of again.keys()) look(block)
      again.clear()
    },
    get size() {
      return blocks.size
    },
    get forgottenAt() {
      return forgottenAt
    },
  }
}

type BinColumns = { readonly [K in `delay_h${number}`]: number }
const binColumns = (bins: Uint32Array): BinColumns =>
  Object.fromEntries(Array.from(bins, (count, bin) => [`delay_h${bin}`, count]))
