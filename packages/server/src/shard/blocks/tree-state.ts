/**
 * The blocks of one network by hash and height, linked to their parents, with one canonical chain down from the head.
 *
 *   heights   base ............................ head .... (candidates above)
 *             [c] [c] [c, side] [c] [c] ( gap ) [c]
 *
 * The first of each height's list is the canonical block, where there is one. Below a gap the old chain is taken to be
 * canonical until a block shows otherwise. Everything else attached is in `side`, oldest first, and bounded.
 */
import type { BlockRecord } from './block-record.ts'

export interface TreeLimits {
  readonly windowHeights: number
  readonly maxForksPerHeight: number
  readonly maxSideBlocks: number
}

/** Hears of every row that changes or leaves. */
export interface TreeListener {
  changed(block: BlockRecord): void
  /** It joined the head's chain or left it for another; its row changes too. */
  canonicalChanged(block: BlockRecord): void
  gone(block: BlockRecord): void
  /** A block was given up at a bound. */
  dropped(): void
}

export interface BlockTree {
  readonly limits: TreeLimits
  readonly listener: TreeListener
  head: BlockRecord | null
  /** Lowest height kept. */
  base: number
  /** Attached blocks, and those only a node's latest refers to. */
  readonly byHash: Map<string, BlockRecord>
  readonly heights: Map<number, BlockRecord[]>
  readonly side: Set<BlockRecord>
  /** Blocks outside the tree that nodes have gone on from, oldest first. */
  readonly detached: Set<BlockRecord>
  canonicalCount: number
  /**
   * Lowest block of the head's chain while its parent is unknown, where it has shown the assumed chain below to be another:
   * all that is assumed below it is in doubt.
   */
  doubt: BlockRecord | null
  forks: number
}

export const createBlockTree = (limits: TreeLimits, listener: TreeListener): BlockTree => ({
  limits,
  listener,
  head: null,
  base: 0,
  byHash: new Map(),
  heights: new Map(),
  side: new Set(),
  detached: new Set(),
  canonicalCount: 0,
  doubt: null,
  forks: 0,
})

/** Stands for the parent of a block whose reporter does not name it: geth 1.5. */
export const unnamedParent = `0x${'0'.repeat(64)}`

const none: readonly BlockRecord[] = Object.freeze([])

/** Blocks of a height, canonical first. */
export const blocksAt = (tree: BlockTree, number: number): readonly BlockRecord[] => tree.heights.get(number) ?? none

export const canonicalAt = (tree: BlockTree, number: number): BlockRecord | undefined => {
  const first = tree.heights.get(number)?.[0]
  return first?.canonical === true ? first : undefined
}

/** The parent of a block, linked or not. */
export const parentOf = (tree: BlockTree, block: BlockRecord): BlockRecord | null => {
  if (block.parent !== null || block.attached) return block.parent
  const parent = tree.byHash.get(block.parentHash)
  return parent?.number === block.number - 1 ? parent : null
}

/**
 * Heights between base and head without a canonical block, or with one that is in doubt: the newest `limit` of them,
 * ascending.
 */
export const missingHeights = (tree: BlockTree, limit: number): readonly number[] => {
  const { head, doubt } = tree
  if (head === null || (doubt === null && tree.canonicalCount >= head.number - tree.base + 1)) return []
  const found: number[] = []
  const inDoubtBelow = doubt?.number ?? tree.base
  for (let n = head.number - 1; n >= tree.base && found.length < limit; n--)
    if (n < inDoubtBelow || canonicalAt(tree, n) === undefined) found.push(n)
  return found.reverse()
}

/** Canonical blocks of the newest `heights` heights, oldest first; gaps are left out. */
export const recentCanonical = (tree: BlockTree, heights: number): readonly BlockRecord[] => {
  const head = tree.head
  if (head === null) return none
  const found: BlockRecord[] = []
  for (let n = Math.max(tree.base, head.number - heights + 1); n <= head.number; n++) {
    const block = canonicalAt(tree, n)
    if (block !== undefined) found.push(block)
  }
  return found
}
