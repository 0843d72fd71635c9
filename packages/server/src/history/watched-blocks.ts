/** Blocks that the history has in mind, found by hash and by height. One hash on two networks is two blocks. */
import { binOf, hash64Of, histogramBins } from '@netstats/store'
import { createBoundedMap } from '@netstats/sdk/limits'
import type { BlockFacts } from '../shard/mod.ts'
import type { NetworkEntry } from './node-index.ts'

export interface WatchedBlock {
  readonly network: NetworkEntry
  readonly number: number
  readonly hash: string
  readonly hash64: bigint
  readonly addedAt: number
  readonly timestampMs: number
  /** First report of it that was not history; null where there was none, or it is not known any more. */
  arrivedAt: number | null
  blockTimeMs: number | null
  /** Of the delays. */
  readonly bins: Uint32Array
  reports: number
  /** Its first live sight was noted. */
  live: boolean
  lastResult: LastResult | undefined
  /** Not all of its delays are at hand: a result of them would say less than the one the store has. */
  readonly partial: boolean
}

/** What the last result said, and how many sights there were then. */
export interface LastResult {
  readonly canonical: boolean
  readonly nodes: number
  readonly reports: number
}

/** `stored`: what the store has of it already. */
export const createWatchedBlock = (
  network: NetworkEntry,
  { number, hash, timestampMs }: Pick<BlockFacts, 'number' | 'hash' | 'timestampMs'>,
  at: number,
  stored?: Pick<LastResult, 'canonical' | 'nodes'>,
): WatchedBlock => ({
  network,
  number,
  hash,
  hash64: hash64Of(hash),
  addedAt: at,
  timestampMs,
  arrivedAt: null,
  blockTimeMs: null,
  bins: new Uint32Array(histogramBins),
  reports: 0,
  live: false,
  lastResult: stored && { ...stored, reports: 0 },
  partial: stored !== undefined,
})

export const addReport = (block: WatchedBlock, delayMs: number | null): void => {
  block.reports++
  if (delayMs === null) return
  const bin = binOf(delayMs)
  block.bins[bin] = (block.bins[bin] as number) + 1
}

export interface WatchedBlocks {
  find(hash: string, network: NetworkEntry): WatchedBlock | undefined
  /** Takes the place of the same block where it is there. At the bound the oldest one goes. */
  add(block: WatchedBlock): void
  /** Others of its height. */
  rivalsOf(block: WatchedBlock): readonly WatchedBlock[]
  readonly size: number
}

const keyOf = (hash: string, { name }: NetworkEntry): string => `${hash}${name.name}`
const heightOf = ({ network, number }: WatchedBlock): string => `${number} ${network.name.name}`

/** `onEvicted` still finds the rivals of the block that goes. */
export const createWatchedBlocks = (most: number, onEvicted: (block: WatchedBlock) => void): WatchedBlocks => {
  const heights = new Map<string, Set<WatchedBlock>>()
  /** The one that was looked for last: thousands of nodes tell of the same block, and a key is long. */
  let last: WatchedBlock | undefined
  const blocks = createBoundedMap<string, WatchedBlock>(most, (block) => {
    onEvicted(block)
    if (block === last) last = undefined
    const same = heights.get(heightOf(block))
    same?.delete(block)
    if (same?.size === 0) heights.delete(heightOf(block))
  })
  return {
    find(hash, network) {
      if (last?.hash === hash && last.network === network) return last
      const found = blocks.get(keyOf(hash, network))
      if (found !== undefined) last = found
      return found
    },
    add(block) {
      last = block
      const same = heights.get(heightOf(block)) ?? new Set()
      heights.set(heightOf(block), same.add(block))
      blocks.set(keyOf(block.hash, block.network), block)
    },
    rivalsOf: (block) => [...(heights.get(heightOf(block)) ?? [])].filter((one) => one !== block),
    get size() {
      return blocks.size
    },
  }
}
