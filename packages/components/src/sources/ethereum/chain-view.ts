/**
 * What a source knows of its node's chain: the hashes of the newest heights and which blocks it already reported. Pure;
 * it says what a new head means, the caller fetches what is missing.
 */
import type { Block, BlockNumber, Hash, HeadEvent } from '@netstats/protocol'

/** Heights kept; a reorganisation deeper than this is reported from the oldest height kept. */
const maxHeights = 256
const maxReported = 1024

type BlockRef = HeadEvent['added'][number]

/**
 * How a block sits on what is known. `first`: nothing is known. `linked`: on a known block. `below`: under everything
 * known. `unknown`: its parent has to be fetched.
 */
export type Place = 'first' | 'linked' | 'below' | 'unknown'

export interface Adoption {
  /** Blocks never reported before, ascending. All but the head are marked historical. */
  readonly fresh: readonly Block[]
  /** What left the chain, ascending; empty when the chain only grew. */
  readonly removed: readonly BlockRef[]
  readonly added: readonly BlockRef[]
}

export interface ChainView {
  head(): BlockRef | undefined
  /** Whether the height is below all that is known. */
  isBelow(number: number): boolean
  /** Whether the block is on the chain as known, at any height. */
  knows(ref: { readonly number: number; readonly hash: Hash }): boolean
  place(block: Block): Place
  /** Heights between the known head and a new one that were never seen: the newest `limit`, ascending. */
  gapBelow(block: Block, limit: number): readonly BlockNumber[]
  /** Takes linked blocks, ascending, the new head last. */
  adopt(chain: readonly Block[]): Adoption
  /** Another chain: nothing known of the old one counts any more. */
  forget(): void
}

export const createChainView = (): ChainView => {
  const heights = new Map<number, Hash>()
  const reported = new Set<Hash>()
  let head: BlockRef | undefined
  let lowest = 0

  const trim = (): void => {
    while (heights.size > maxHeights) {
      const oldest = Math.min(...heights.keys())
      heights.delete(oldest)
      lowest = oldest + 1
    }
    for (const one of reported) {
      if (reported.size <= maxReported) break
      reported.delete(one)
    }
  }

  const drop = (from: number, chain: readonly Block[]): BlockRef[] => {
    const now = new Map<number, Hash>(chain.map((one) => [one.number, one.hash]))
    const removed: BlockRef[] = []
    for (const [number, hash] of heights) {
      if (number < from || now.get(number) === hash) continue
      removed.push({ number: number as BlockNumber, hash })
      heights.delete(number)
    }
    return removed.sort((a, b) => a.number - b.number)
  }

  return {
    head: () => head,
    isBelow: (number) => heights.size > 0 && number < lowest,
    knows: ({ number, hash }) => heights.get(number) === hash,
    place: (block) => {
      if (heights.size === 0) return 'first'
      if (block.number - 1 < lowest) return 'below'
      return heights.get(block.number - 1) === block.parentHash ? 'linked' : 'unknown'
    },
    gapBelow: (block, limit) => {
      if (!head) return []
      const from = Math.max(head.number + 1, block.number - limit)
      const numbers: BlockNumber[] = []
      for (let number = from; number < block.number; number++) numbers.push(number as BlockNumber)
      return numbers
    },
    adopt: (chain) => {
      const first = chain[0]
      const last = chain.at(-1)
      if (!first || !last) return { fresh: [], removed: [], added: [] }
      if (heights.size === 0) lowest = first.number
      const removed = drop(first.number, chain)
      const added = chain.filter((one) => !heights.has(one.number)).map(toRef)
      for (const one of chain) heights.set(one.number, one.hash)
      lowest = Math.min(lowest, first.number)
      head = toRef(last)
      const fresh = chain.filter((one) => !reported.has(one.hash))
      for (const one of fresh) reported.add(one.hash)
      trim()
      return { fresh: fresh.map((one) => (one === last ? one : { ...one, historical: true })), removed, added }
    },
    forget: () => {
      heights.clear()
      reported.clear()
      head = undefined
    },
  }
}

const toRef = ({ number, hash }: Block): BlockRef => ({ number, hash })
